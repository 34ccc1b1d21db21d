"""What people type into commands, SQL and URLs is found, and what only looks like it is not."""

from __future__ import annotations

import time

import pytest
from datapipeline_converters.passwords import (
    expressions_for_passwords,
    expressions_for_separate_passwords,
    kinds_in,
    masked,
    passwords_in,
    separate_passwords,
    without_passwords,
)

WORD = "hunter2"
KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
# In each text the secret stands between the two signs.
TYPED = {
    "password": [
        "sqoop import --password «hunter2» --table t",
        "sqoop import --password=«hunter2» --table t",
        "sqoop import --password '«hunter 2»' --table t",
        'sqoop import --password "«hunter 2»" --table t',
        'sh -c "sqoop --password \\"«hunter2»\\" x"',
        "s3://b/x.jar,import,--password,«hunter2»,--table,t",
        "s3://b/x.jar,import,--password=«hunter2»,--table,t",
        "x --db-password «hunter2»",
        "x --passphrase «hunter2» y",
        "x -password «hunter2»",
        "x --pass «hunter2»",
        "x --client-secret «hunter2»",
        "mysql -u root -p«hunter2» shop",
        "mysql -u root -p'«hunter2»' shop",
        "mysql -u root '-p«hunter2»' shop",
        "/usr/bin/mysqldump -h h -p«hunter2» shop | gzip",
        'mysql -e "select 1; select 2" -p«hunter2»',
        "mysql -h h \\\n  -p«hunter2»",
        "mariadb -p«hunter2» -e x",
        "mysqladmin -uroot -p«hunter2» flush-hosts",
        "s3://b/script.sh,mysql,-h,h,-p«hunter2»",
        "PGPASSWORD=«hunter2» psql -h h",
        "PGPASSWORD='«hunter 2»' psql -h h",
        "MYSQL_PWD=«hunter2» mysql",
        "export DB_PASSWORD=«hunter2»; x",
        "export db_pass=«hunter2»",
        "password=«hunter2»\nmysql -p$password",
        'psql "host=h user=u password=«hunter2»"',
        'printf "[client]\\npassword=«hunter2»\\n" > ~/.my.cnf',
        "hive --hiveconf javax.jdo.option.ConnectionPassword=«hunter2»",
        "java -Ddb.password=«hunter2» -jar x.jar",
        'docker run -e "DB_PASSWORD=«hunter2»" image',
        "curl -u bob:«hunter2» https://example.com",
        "curl -s --user 'bob:«hunter2»' https://example.com",
        "curl -ubob:«hunter2» https://example.com",
        "wget --user=bob --http-password=«hunter2» https://example.com",
        "sshpass -p «hunter2» ssh h",
        "sshpass -p'«hunter2»' ssh h",
        "redis-cli -h h -a «hunter2» ping",
        "beeline -u jdbc:hive2://h -n u -p «hunter2»",
        "mongodump -u bob -p «hunter2» --db x",
        "sqlcmd -S h -U sa -P «hunter2» -Q x",
        "zip -P «hunter2» a.zip b",
        "7z x -p«hunter2» a.7z",
        "docker login -u bob -p «hunter2» example.com",
        "ldapsearch -x -w «hunter2»",
        "lftp -u bob,«hunter2» h",
        "smbclient //h/d -U 'bob%«hunter2»'",
        "openssl enc -d -pass pass:«hunter2» -in x",
        "sqlplus scott/«hunter2»@db @x.sql",
        "echo 'machine h login bob password «hunter2»' > ~/.netrc",
        "echo 'h:5432:*:bob:«hunter2»' > ~/.pgpass",
        "CREATE USER u IDENTIFIED BY '«hunter2»'",
        "grant all on *.* to u identified by password '«hunter2»'",
        "ALTER USER u IDENTIFIED BY «hunter2»;",
        "create user u password '«hunter2»';",
        "ALTER USER u WITH PASSWORD '«hunter2»'",
        "SET PASSWORD FOR u = PASSWORD('«hunter2»')",
        '{"user": "u", "password": "«hunter2»"}',
        '{\\"user\\": \\"u\\", \\"db_password\\": \\"«hunter2»\\"}',
        'df.write.option("password", "«hunter2»").save()',
        "connect(user='u', password = '«hunter2»')",
        "mysql -p«hunter2»#{myRest}",
    ],
    "password in a URL": [
        "jdbc:mysql://h/db?user=u&password=«hunter2»",
        "sqoop --connect 'jdbc:mysql://h/db?user=u&password=«hunter2»' --table t",
        "jdbc:sqlserver://h:1433;databaseName=d;user=u;password=«hunter2»;encrypt=true",
        "jdbc:sqlserver://h:1433;user=u;password=«{hunt;er2}»;encrypt=true",
        "Server=h;Uid=u;Pwd=«hunter2»;",
        "jdbc:oracle:thin:scott/«hunter2»@h:1521:x",
        "curl https://bob:«hunter2»@example.com/x",
        "psql postgresql://bob:«hunter2»@h:5432/d",
        "x postgresql+psycopg2://#{myUser}:«hunter2»@h/d",
        "redis://:«hunter2»@h:6379",
        f"hadoop distcp s3n://AKIAEXAMPLE:«{KEY}»@bucket/x hdfs:///x",
        "curl 'https://example.com/x?api_key=«hunter2»&y=1'",
        "curl 'https://b.s3.amazonaws.com/x?X-Amz-Signature=«0f1e2d3c»'",
    ],
    "AWS secret access key": [
        f"AWS_SECRET_ACCESS_KEY={'«' + KEY + '»'} aws s3 ls",
        f"copy t from 's3://b' credentials 'aws_access_key_id=A;aws_secret_access_key=«{KEY}»'",
        f"copy t from 's3://b' access_key_id 'A' secret_access_key '«{KEY}»'",
        f"spark-submit --conf spark.hadoop.fs.s3a.secret.key=«{KEY}»",
        f"hadoop -Dfs.s3n.awsSecretAccessKey=«{KEY}» x",
        f'{{"aws_secret_access_key": "«{KEY}»"}}',
    ],
    "AWS access key id": ["x «AKIAIOSFODNN7EXAMPLE» y", "s3cmd --access_key=«AKIAIOSFODNN7EXAMPLE»"],
    "token": [
        "curl -H 'Authorization: Bearer «abc.def»' https://example.com",
        "curl -H 'Authorization: Basic «Ym9iOmh1bnRlcjI=»' https://example.com",
        "curl -H 'X-Api-Key: «hunter2»' https://example.com",
        "curl -d x https://hooks.slack.com/services/«T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX»",
        "git clone https://x/y «ghp_16C7e42F292c6912E7710c838347Ae178B4a»",
        "export SLACK_TOKEN=«xoxb-1234567890-abcdefgh»",
        "GITHUB_TOKEN=«hunter2» gh x",
        "x «glpat-abcdefghij1234567890»",
        "copy t from 's3://b' session_token '«hunter2»'",
    ],
    "private key": ["echo '-----BEGIN RSA PRIVATE KEY-----«\nMIIEpAIBAAKCAQEA7\nabc=\n»-----END'"],
}
NOT_TYPED = [
    "",
    "mkdir -p dir",
    "mkdir -p /tmp/hunter2 && mysql -h h",
    "mysql -h h; mkdir -pv dir",
    "ssh -p 22 host",
    "scp -P 22 x host:",
    "nc -p 3306 h",
    "grep -p x file",
    "ps -p 12",
    "cp -pr a b",
    "mysql -P 3306 -h h",
    "mysql -P3306 -h h",
    "mysql -u root -p shop",
    "mysql -p -u root",
    "mysql -p$PASSWORD shop",
    "mysql -p${DB_PASS} shop",
    'mysql -p"$PASSWORD" shop',
    "mysql -p$(cat f) shop",
    "mysql -p`cat f` shop",
    "mysql -p#{*myPw} shop",
    "mysql -p'#{*myPw}' shop",
    "mysql --port=3306 --protocol=tcp",
    "mysql --defaults-file=~/.my.cnf",
    "s3://b/mysql-driver.jar,-partition,x",
    "x --password-file f",
    "x --password-file=/home/f",
    "x --password #{myX}",
    "x --password=#{*myPw}",
    "s3://b/x.jar,--password,#{*myPw},--table,t",
    "x --password $PASSWORD",
    "x --password ${DB_PASS}",
    "x --password '${DB_PASS}'",
    "x --password=$(aws ssm get-parameter --name x)",
    "x --password --user u",
    "x --password",
    "x --no-password",
    "x --use-password=false",
    "x --password={{ var.value.x }}",
    "x --password=<yours>",
    "x --password=****",
    "x --secret-id prod/db",
    "aws secretsmanager get-secret-value --secret-id prod/db --query SecretString",
    "aws s3api list-objects --starting-token=#{myToken}",
    "PGPASSWORD=$PW psql",
    "PGPASSWORD=${PW} psql",
    "PGPASSWORD=`cat f` psql",
    'PGPASSWORD="$PW" psql',
    "PGPASSWORD='' psql",
    "PGPASSWORD= psql",
    "PGPASSFILE=/home/f psql",
    "PWD=/tmp OLDPWD=/x y",
    "pwd=/tmp; cd $pwd",
    "DB_PASSWORD_FILE=/run/f x",
    "DB_SECRET=arn:aws:secretsmanager:eu-west-1:1:secret:x y",
    "AWS_ACCESS_KEY_ID=x y",
    "[ $PASSWORD == x ]",
    "[ -z $PASSWORD ] && echo password missing",
    "curl -u $LOGIN https://example.com",
    "curl -u bob:$PASSWORD https://example.com",
    "curl -u #{myUser}:#{*myPw} https://example.com",
    "curl -o x:y https://example.com",
    "sudo -u bob:staff x",
    "sshpass -e ssh h",
    "sshpass -f file ssh h",
    "sshpass -p $PW ssh -p 22 h",
    "redis-cli -h h ping",
    "ls -a dir; redis-cli ping",
    "beeline -u jdbc:hive2://h",
    "tar -zxf a.zip -C dir",
    "unzip -o a.zip",
    "docker run -p 8080:80 image",
    "aws s3 cp s3://bucket/key:with@sign .",
    "a?passwords=1",
    "mail bob@example.com",
    "http://h:80/x@y",
    "http://h:8080/path",
    "jdbc:mysql://h:3306/db?useSSL=false",
    "jdbc:mysql://h/db?password=#{*myPw}",
    "https://bob:$PW@example.com",
    "https://bob:#{*myPw}@example.com",
    "x&pwd=#{name}",
    "select password, token from users where password is not null",
    "select passwords.id from passwords where user_id = 'x'",
    "update t set a = 'x' where key = 'y'",
    "create table identified (by_whom text)",
    "create user u identified by '#{*myPw}'",
    "copy t from 's3://b' iam_role 'arn:aws:iam::1:role/x'",
    "copy t from 's3://b' credentials 'aws_iam_role=arn:aws:iam::1:role/x'",
    '{"password": ""}',
    '{"password": "#{*myPw}"}',
    '{"tokens": ["a", "b"]}',
    "Authorization: Bearer $TOKEN",
    "the bearer of news",
    "https://hooks.slack.com/services/$HOOK",
    "-----BEGIN PUBLIC KEY-----\nMIIEpAIBAAKCAQEA7\n-----END PUBLIC KEY-----",
    "AKIA is how keys begin",
    "#{format(@scheduledStartTime, 'HH:mm:ss')}",
    "sort -t: -k2 tokenised.txt",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in TYPED.items() for text in texts])
def test_what_is_typed_is_found(kind: str, text: str) -> None:
    before, _, rest = text.partition("«")
    secret, _, after = rest.partition("»")
    plain = f"{before}{secret}{after}"
    assert set(passwords_in(plain)) == {secret}
    assert kind in kinds_in(plain)
    assert masked(plain) == f"{before}***{after}"
    assert without_passwords(plain, lambda _: "#{*x}") == f"{before}#{{*x}}{after}"


@pytest.mark.parametrize("text", NOT_TYPED)
def test_what_only_looks_like_it_is_not(text: str) -> None:
    assert list(passwords_in(text)) == []
    assert masked(text) == text
    assert without_passwords(text, lambda _: "?") == text


@pytest.mark.parametrize(
    ("texts", "places"),
    [
        (["import", "--password", "hunter2", "--table"], [2]),
        (["--password", "hunter2", "--secret", "x"], [1, 3]),
        (["sshpass", "-p", "hunter2", "ssh"], [2]),
        (["redis-cli", "-a", "hunter2"], [2]),
        (["--password", "--table"], []),
        (["--password", "#{*myPw}"], []),
        (["--password", "$PW"], []),
        (["--password"], []),
        (["--password-file", "f"], []),
        (["mkdir", "-p", "dir"], []),
        (["mysql", "-p", "shop"], []),
        (["ssh", "-p", "22"], []),
        (["--password=hunter2", "x"], []),
        ([], []),
    ],
)
def test_a_password_in_an_argument_of_its_own(texts: list[str], places: list[int]) -> None:
    assert list(separate_passwords(texts)) == places


@pytest.mark.parametrize(
    ("texts", "expressions"),
    [
        (["--password", "#{myX}", "--user", "#{myY}"], ["#{myX}"]),
        (["sshpass", "-p", "#{myX}"], ["#{myX}"]),
        (["--password", "hunter2"], []),
        (["-p", "#{myX}"], []),
    ],
)
def test_what_is_named_in_an_argument_of_its_own(texts: list[str], expressions: list[str]) -> None:
    assert list(expressions_for_separate_passwords(texts)) == expressions


@pytest.mark.parametrize(
    ("text", "expressions"),
    [
        ("x --password #{myX}", ["#{myX}"]),
        ("mysql -p#{myX} #{myY}", ["#{myX}"]),
        ("PGPASSWORD='#{myX}' psql", ["#{myX}"]),
        ("jdbc:mysql://h/d?password=#{myX}&user=#{myY}", ["#{myX}"]),
        ("https://#{myU}:#{myX}@h", ["#{myX}"]),
        ("https://h:#{myPort}/x", []),
        ("x --user #{myX}", []),
        ("mkdir -p #{myX}", []),
    ],
)
def test_what_is_named_where_a_password_stands(text: str, expressions: list[str]) -> None:
    assert list(dict.fromkeys(expressions_for_passwords(text))) == expressions


@pytest.mark.parametrize(
    "text",
    [
        "mysql ",
        "mysql '",
        "password",
        "a:",
        "x://",
        "-p",
        "sshpass -P ",
        "jdbc:oracle:thin:",
        '"password" : "',
    ],
)
def test_a_long_text_is_read_in_a_moment(text: str) -> None:
    start = time.process_time()
    assert masked(text * 5_000)
    assert time.process_time() - start < 5
