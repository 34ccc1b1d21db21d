"""What a password, a key or a token looks like that somebody typed into a text, as regular expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

PASSWORD = "password"  # noqa: S105 - the name of a kind, not one of them
IN_URL = "password in a URL"
ACCESS_KEY = "AWS access key id"
SECRET_KEY = "AWS secret access key"  # noqa: S105 - the name of a kind, not one of them
PRIVATE_KEY = "private key"
TOKEN = "token"  # noqa: S105 - the name of a kind, not one of them

# What a name ends in whose value is secret.
_SECRET_WORDS: Mapping[str, str] = {
    PASSWORD: r"pass(?:word|wd|phrase)|symmetric[._-]?key|client[._-]?secret",
    SECRET_KEY: r"secret[._-]?(?:access[._-]?)?key",
    TOKEN: r"(?:access|auth|api|session|bearer|refresh|github|slack)[._-]?token|api[._-]?key",
}
_ANY_WORD = "|".join(_SECRET_WORDS.values())
# No letter, digit or part of a longer name stands before a name; behind `\n` in a text a line begins.
_BEGIN = r"(?:(?<=\\n)|(?<![\w$.{%/?&-]))"
# What a password does not start with: what the shell looks up, an expression or a template, what only says what goes
# there, what is masked already, the address of a secret, yes and no.
_NONE = (
    r"(?!\\?[$]|[`<]|\\?#\{|\{\{|%\(|%\w+%|\{\w*\}|\*+(?:[\s'\",;&]|$)|(?i:arn:|s3://|ssm:|file:|env:|pass:)"
    r"|(?i:true|false|yes|no|none|null|x{3,}|\d{1,2}|\.{3})(?![^\s'\",;&|@)]))"
)
# A quote that opens a value: one behind which a value can begin, else it closes what began before. The shell's ways to
# write a quote within quotes come first.
_OPENING = r"(?P<quote>'\\''|'\"'\"'|\\?[\"'])(?![\s;|&)<>,+\"'\\]|$)"
# What is no variable of a password though it ends like one: a count, an ordinal, a directory.
_NO_PREFIX = r"(?!(?i:(?:\w+[_-])?(?:n|num|nb|by|first|second|third|last|one|two|single|multi|max|old|cur|current|prev|base|work|orig|saved?|start|initial|no|use|skip|ask|prompt|without)[_-]?)(?:(?i:pass|pwd|pw)\b))"
# Short names that end in what says a password.
_SHORT = (
    r"(?:[\w.-]*[._-](?:pass|pwd|pw)"
    r"|(?:db|user|usr|root|admin|my|sql|mysql|pg|ora|oracle|s?ftp|ssh|ldap|etl|dwh?|http|proxy|rds|redshift)(?:pass|pwd|pw)|pw)"
)
# A password in quotes or without, as the shell and JSON write it; an expression ends it, and so does the next option
# behind a comma.
_VALUE = (
    rf"(?:{_OPENING})?(?P<secret>{_NONE}(?(quote)(?:(?!(?P=quote)|\\?#\{{)[^\n])+"
    r"|(?![\\{=])(?:(?!\\?#\{|,-|\\n)[^\s;&|\"'`<>()])+))"
)
# The same in quotes only.
_QUOTED = rf"{_OPENING}(?P<secret>{_NONE}(?:(?!(?P=quote)|\\?#\{{)[^\n])+)(?=(?P=quote))"
# What stands between a command and its option: not another command.
_BETWEEN = r"(?:\"[^\"\n]{0,500}\"|'[^'\n]{0,500}'|[^|;&\n\"']|\\\n){0,1500}?[\s,][\"']?"
_SPACE = r"(?:[ \t]+|,|[\"'],?[ \t]*)"

# The options of commands that take a password, which mean something else to others: commands, option.
_OPTIONS: Sequence[tuple[str, str]] = (
    (
        r"(?<!install )(?<!-y )mysql(?:dump|admin|import|check|show|slap|pump|sh)?|mariadb(?:-\w+)?"
        r"|[$]\{?(?:\w+_)?(?i:mysql(?:dump|_cmd|_bin|_cli)?)\}?",
        r"-p(?!(?:arams?|artitions?|ath|ort|refix|rint|rogress|rotocol|arallel)\b)",
    ),
    ("redis-cli", rf"-a{_SPACE}"),
    (r"beeline|cqlsh|rabbitmqadmin|tabcmd|ncftp\w+|docker[ \t]+login|az[ \t]+login", rf"-p{_SPACE}"),
    (r"mongo(?:sh|dump|export|import|restore)?", rf"-p{_SPACE}"),
    (r"sqlcmd|bcp|osql|tsql|zip|unzip", rf"-P{_SPACE}?"),
    (r"7za?", "-p"),
    (r"ldap(?:search|add|modify|delete|whoami)|vsql", rf"-w{_SPACE}"),
    (
        "curl",
        rf"(?:-[a-zA-Z]{{0,6}}[uU]|--user|--proxy-user)(?:{_SPACE}|=)?[\"']?(?:[^\s:\"'#]|#\{{[^}}]*\}})+:",
    ),
    ("lftp", rf"(?:-u|--user){_SPACE}[\"']?(?:[^\s,\"'#]|#\{{[^}}]*\}})+,"),
    ("smbclient", rf"-U{_SPACE}[\"']?(?:[^\s%\"'#]|#\{{[^}}]*\}})+%"),
    ("openssl", rf"-pass(?:in|out)?{_SPACE}[\"']?pass:"),
    (r"openssl[ \t]+(?:enc|aes|des)[\w-]*", rf"-k{_SPACE}"),
)

# What introduces a password, by its kind.
_INTRODUCTIONS: Sequence[tuple[str, str]] = (
    # Variables of the environment and of the shell, properties of Java and of configuration files.
    *((kind, rf"{_BEGIN}(?i:[\w.-]*(?:{words}))=") for kind, words in _SECRET_WORDS.items()),
    (
        PASSWORD,
        rf"{_BEGIN}{_NO_PREFIX}(?:[A-Z0-9_]*(?:SECRET|PASSWD|API_?KEY)|[A-Z0-9][A-Z0-9_]*_(?:PWD|PASS)|SSHPASS)=",
    ),
    (PASSWORD, rf"\bexport[ \t]+{_NO_PREFIX}\w*(?i:secret|_pwd|_pass)="),
    (PASSWORD, rf"{_BEGIN}{_NO_PREFIX}(?i:{_SHORT})=(?![\"']?[/~.])"),
    (PASSWORD, rf"{_BEGIN}pass=(?=[\"']?(?=[^\s\"';]*\d)(?=[^\s\"';]*[A-Za-z])[^\s\"'/;][^\s\"';]{{5}})"),
    (PASSWORD, r"(?<=[\w-],)pass="),
    (TOKEN, rf"{_BEGIN}(?:[A-Z0-9_]*TOKEN|REDISCLI_AUTH)="),
    (TOKEN, r"\bexport[ \t]+\w*(?i:token)="),
    # Options that say what they take.
    (
        PASSWORD,
        rf"(?<![\w-])--?(?!-){_NO_PREFIX}(?i:(?:(?!no|skip|without|ask|prompt)[\w.-]+[._-])?(?:{_ANY_WORD}|secret-key)"
        rf"|(?:src|dest)?(?:store|key)pass|{_SHORT}|pass|pwd|secret|token)"
        rf"(?:=|[\"']?[ \t]+(?!-)|[\"']?,[ \t]*(?!-))",
    ),
    *(
        (PASSWORD, rf"(?<![\w.-])(?:{commands})(?=[\s,\"']){_BETWEEN}{option}")
        for commands, option in _OPTIONS
    ),
    (
        PASSWORD,
        r"(?<![\w-])--cred(?:ential)?s?(?:=|[ \t]+)[\"']?(?!(?:file|s3|https?|arn|env|gs|hdfs|ssm):)[\w.@-]+:(?![/\\])",
    ),
    (SECRET_KEY, r"\bconfigure[ \t]+set[ \t]+(?:[\w.-]+\.)?aws_secret_access_key[ \t]+(?!-)"),
    (TOKEN, r"\bconfigure[ \t]+set[ \t]+(?:[\w.-]+\.)?aws_session_token[ \t]+(?!-)"),
    # What follows is another command with options of its own.
    (PASSWORD, rf"\bsshpass(?:[ \t]+-(?:v|P[ \t]?\S{{1,40}})){{0,2}}{_SPACE}[\"']?-p{_SPACE}?"),
    # Files of passwords that a command writes.
    (PASSWORD, r"\blogin[ \t]+\S+[ \t]+password[ \t]+"),
    (
        PASSWORD,
        r"(?<![\w:.#-])(?:[\w.*-]|#\{[^}]*\})+:(?:\d{4,5}|\*):(?:[\w*-]|#\{[^}]*\})+:(?:[\w*-]|#\{[^}]*\})+:",
    ),
    # Headers of HTTP.
    (TOKEN, r"(?i:\bauthorization[\"']?[ \t]*[:=][ \t]*[\"']?(?:bearer|basic|token)[ \t]+)"),
    (TOKEN, r"(?i:\b(?:x-)?(?:api-key|auth-token|private-token|access-token)[ \t]*:[ \t]*)"),
    (TOKEN, r"(?<=[\"'])(?i:apikey)[ \t]*:[ \t]*"),
)
# A line begins, in a text or behind what the shell writes for it.
_LINE = r"(?:(?m:^)|(?<=\\n))[ \t]*(?:-[ \t]+)?"
# What stands alone up to the end of a line, and says neither what is wanted nor another name.
_REST_OF_LINE = (
    rf"(?P<secret>{_NONE}(?![\[\]{{}}|>&*!%@=-])(?!(?i:required|expired|wrong|invalid|missing|reset|changed|ok|failed|optional|"
    r"str|string|text|varchar|password|get\w*|os|files|compat|unchanged|same|see|as|not|hidden|masked|removed|redacted)\b)(?:(?!\\n)[^\s;&|\"'`<>(),])+)(?=[ \t\r]*(?:$|\n|\\n|[\"']))"
)
# The same where only what is in quotes is one.
_QUOTED_INTRODUCTIONS: Sequence[tuple[str, str]] = (
    *((kind, rf"\\?[\"'](?i:[\w.-]*(?:{words}))\\?[\"']\s*:\s*") for kind, words in _SECRET_WORDS.items()),
    (PASSWORD, rf"\(\s*[\"'](?i:[\w.-]*(?:{_ANY_WORD}))[\"']\s*,\s*"),
    (PASSWORD, rf"{_BEGIN}(?i:[\w.-]*(?:{_ANY_WORD}))\s+=\s*"),
    (PASSWORD, r"(?i:\bidentified\s+(?:with\s+\S+\s+)?by\s+(?:password\s+)?)"),
    (PASSWORD, r"(?i:\bpassword(?:\s+|\s*\(\s*))"),
    (PASSWORD, r"(?i:\bset\s+password\s+(?:for\s+\S+\s*)?=\s*)"),
    (PASSWORD, rf"{_BEGIN}pwd=(?![\"']?[/~.])"),
    (PASSWORD, rf"{_LINE}(?i:[\w.-]*(?:{_ANY_WORD}))[ \t]*:[ \t]+"),
    (SECRET_KEY, r"(?i:\bsecret_access_key(?:\s+as)?\s+)"),
    (TOKEN, r"(?i:\bsession_token(?:\s+as)?\s+)"),
)
# What gives itself away: group `before` is what stays, group `secret` what is kept secret.
_SHAPES: Sequence[tuple[str, str]] = (
    (
        IN_URL,
        r"(?P<before>[?;&](?i:[\w.-]*(?:password|passwd|pwd|secret|access_token|api_?key|security-token|signature|sig)|token)=)"
        r"(?!(?i:reset|change|forgot(?:ten)?|new|expired|required|update)(?![^\s&;#'\".,)]))"
        rf"(?P<secret>{_NONE}(?:\{{[^}}\s]*\}}|[^\s&;#'\"]+))",
    ),
    (
        IN_URL,
        rf"(?P<before>\bs3[an]?://[^\s:/@#'\"]+:)(?P<secret>{_NONE}[^\s@#'\"]+)(?=@)",
    ),
    (
        IN_URL,
        r"(?P<before>\b\w+://(?:[^\s:/@#'\"]|#\{[^}]*\})*:)" rf"(?P<secret>{_NONE}[^\s/@#'\"]+)(?=@)",
    ),
    (
        IN_URL,
        r"(?P<before>\bjdbc:oracle:(?:thin|oci):(?:[^\s:/@#'\"]|#\{[^}]*\})+/)"
        rf"(?P<secret>{_NONE}[^\s/@#'\"]+)(?=@)",
    ),
    (
        PASSWORD,
        r"(?P<before>\b(?:sqlplus|sqlldr|expdp|impdp)[ \t]+(?:-\w+[ \t]+)*[\"']?(?:userid=)?(?:\w|#\{[^}]*\})+/)"
        rf"(?P<secret>{_NONE}[^\s/@'\"#]+)",
    ),
    # A token instead of a user.
    (
        IN_URL,
        r"(?P<before>\bhttps?://)(?P<secret>(?=[^\s:/@]*\d)(?=[^\s:/@]*[A-Za-z])"
        r"(?:[^\s:/@#$'\"{<]{20,}|(?=[^\s:/@]*[A-Z])(?=[^\s:/@]*[a-z])[^\s:/@#$'\"{<]{8,}))(?=@)",
    ),
    # Lines of configuration that a command writes.
    (PASSWORD, rf"(?P<before>{_LINE}(?i:[\w.-]*(?:{_ANY_WORD}))[ \t]*:[ \t]+){_REST_OF_LINE}"),
    (
        PASSWORD,
        rf"(?P<before>{_LINE}(?i:[\w.-]*(?:{_ANY_WORD}))[ \t]+=[ \t]*)(?=\S*[^A-Za-z_.\s])(?!\S*\.\w*pass){_REST_OF_LINE}",
    ),
    (
        PASSWORD,
        r"(?P<before>\bs(?P<sep>[/|#,])(?:(?!(?P=sep))[^\n]){1,200}(?P=sep)(?:(?!(?P=sep))[^\n]){0,200}?"
        rf"(?i:(?:{_ANY_WORD}|pass|pwd))[ \t]?[=:][ \t]?[\"']?)"
        rf"(?P<secret>{_NONE}(?!(?i:x{{3,}})(?P=sep))(?:(?!(?P=sep))[^\s'\"\\$&`])+)(?=[\"']?(?P=sep))",
    ),
    # What a command reads from a pipe.
    (
        PASSWORD,
        rf"(?P<before>\b(?:echo|printf)[ \t]+(?:-[neE]+[ \t]+)?(?:[\"']%s(?:\\n)?[\"'][ \t]+)?){_VALUE}"
        r"(?=[\"']?[ \t]*\|[ \t]*(?:sudo[ \t]+(?:-\w+[ \t]+(?:[\w.]+[ \t]+)?){0,3}-[a-zA-Z]*S\b|(?:[^|;\n]{0,300}[ \t]--password-stdin\b|passwd[^|;\n]{0,300}[ \t]--stdin\b)))",
    ),
    (
        PASSWORD,
        r"(?P<before>\b(?:echo|printf)[ \t]+(?:-[neE]+[ \t]+)?[\"']?[\w.-]+:)"
        rf"(?P<secret>{_NONE}[^\s\"'|]+)(?=[\"']?[ \t]*\|[ \t]*(?:sudo[ \t]+)?(?:/\S+/)?chpasswd\b)",
    ),
    (PASSWORD, r"(?P<before>(?i:\bidentified\s+by\s+))(?P<secret>(?![$'\"]|#\{|(?i:password)\b)[^\s;'\"#]+)"),
    (ACCESS_KEY, r"(?P<before>\b)(?P<secret>(?:AKIA|ASIA)[0-9A-Z]{16})\b"),
    (
        PRIVATE_KEY,
        r"(?P<before>-----BEGIN [A-Z ]*PRIVATE KEY-----)(?P<secret>(?!#\{)[^-]{16,})",
    ),
    (TOKEN, r"(?P<before>\bhttps://hooks\.slack\.com/\w+/)(?P<secret>T?\w[\w/-]{7,})"),
    (TOKEN, r"(?P<before>\bhttps://[\w.-]+\.webhook\.office\.com/\w+/)(?P<secret>[\w@/-]{16,})"),
    (TOKEN, r"(?P<before>\bhttps://discord(?:app)?\.com/api/webhooks/)(?P<secret>[\w/-]{16,})"),
    (TOKEN, r"(?P<before>\b(?i:bearer)\s+)(?P<secret>[A-Za-z0-9._~+/-]{16,}=*)"),
    *(
        (TOKEN, rf"(?P<before>(?<![\w-]))(?P<secret>{shape})")
        for shape in (
            r"gh[pousr]_[A-Za-z0-9]{20,}",
            r"github_pat_\w{22,}",
            r"glpat-[\w-]{20,}",
            r"xox[abeposr]-[\w-]{10,}",
            r"AIza[\w-]{35}",
            r"[sr]k_live_\w{16,}",
            r"SG\.[\w-]{22}\.[\w-]{43}",
            r"npm_[A-Za-z0-9]{36}",
            r"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
        )
    ),
)
PATTERNS: Sequence[tuple[str, re.Pattern[str]]] = [
    *((kind, re.compile(pattern)) for kind, pattern in _SHAPES),
    *((kind, re.compile(f"(?P<before>{intro}){_VALUE}")) for kind, intro in _INTRODUCTIONS),
    *((kind, re.compile(f"(?P<before>{intro}){_QUOTED}")) for kind, intro in _QUOTED_INTRODUCTIONS),
]
# Names where a password would stand.
NAMED_PATTERNS: Sequence[re.Pattern[str]] = [
    re.compile(rf"{intro}\\?[\"']?(?P<expression>#\{{[^}}]*\}})")
    for intro in (
        *(intro for _, intro in _INTRODUCTIONS),
        *(intro for _, intro in _QUOTED_INTRODUCTIONS),
        r"[?;&](?i:[\w.-]*(?:password|passwd|pwd|secret))=",
        r"\b\w+://(?:[^\s:/@#'\"]|#\{[^}]*\})*:(?=#\{[^}]*\}[^\s/@#'\"]*@)",
    )
]
# Nothing of all this is in a text without one of these: most texts are passed over at once.
TRACES = re.compile(
    r"(?i:pass|pwd|pw\b|cred|secret|token|key|auth|login|identified|bearer|sig|webhook|hooks\.|sql|mariadb|mongo|redis|beeline|cqlsh"
    r"|rabbitmq|tabcmd|docker|ldap|curl|ftp|smbclient|openssl|zip|7z|sudo|bcp|expdp|impdp|az\s)"
    r"|AKIA|ASIA|gh[pousr]_|glpat|xox|AIza|_live_|SG\.|npm_|eyJ|@|:\d{4,5}:|:\*:"
)

# A parameter or a field of the user's own named like a secret is one, starred or not: many definitions forget the star.
SECRET_NAME = re.compile(
    r"(?i:passw|passphrase|pwd|secret|token|credential|private_?key|access_?key|api_?key)"
    r"|(?:[a-z\d]Pass|(?:^|_)pass)(?![a-z])"
)
# The elements of a list before which a password stands in an element of its own, with the command they belong to.
LONG_OPTION = re.compile(
    rf"--?(?!-){_NO_PREFIX}(?i:(?:(?!no|skip|without|ask|prompt)[\w.-]+[._-])?(?:{_ANY_WORD})"
    rf"|(?:src|dest)?(?:store|key)pass|{_SHORT}|pass|pwd|secret|token)"
)
# All of an argument that is a password.
WHOLE = re.compile(rf"{_NONE}(?![-=])(?P<secret>[^\s].*)", re.DOTALL)
