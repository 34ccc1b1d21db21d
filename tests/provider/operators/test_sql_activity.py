"""SqlActivity on real servers."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.hooks.script import ParameterCountError, ScriptError
from datapipeline_provider.operators.sql_activity import SqlActivityOperator, SqlScriptError
from datapipeline_provider.s3.listing import NothingThereError

if TYPE_CHECKING:
    from tests.provider.operators.conftest import Run, Tables
    from tests.servers.seaweedfs import S3


def activity(tables: Tables, sql: str | None = None, **arguments: Any) -> SqlActivityOperator:
    return SqlActivityOperator(task_id="sql", conn_id=tables.conn_id, sql=sql, **arguments)


def test_several_statements_take_their_parameters_in_order(tables: Tables, run: Run) -> None:
    tables.run("create table t (id int, v varchar(100))")
    script = """
        insert into t values (?, ?); -- not one: ?
        insert into t values (?, '? ; %s 100%');
        update t set v = concat(v, ?) where id = 2;
    """
    run(activity(tables, script, parameters=["1", "it's; \\ ?", [2, [None, "%d"]], None]))
    assert tables.run("select * from t order by id") == [(1, "it's; \\ ?"), (2, "? ; %s 100%%d")]


@pytest.mark.parametrize(
    ("script", "parameters", "counts"),
    [
        ("insert into t values (?, ?)", ["1"], "2 placeholders .* 1 parameters"),
        ("insert into t values (?, ?)", ["1", "a", "secret"], "2 placeholders .* 3 parameters"),
        ("insert into t values (1, 'a')", ["secret"], "0 placeholders .* 1 parameters"),
    ],
)
def test_a_wrong_number_of_parameters_fails_before_anything_runs(
    tables: Tables, run: Run, script: str, parameters: list[str], counts: str
) -> None:
    tables.fill("t", [])
    with pytest.raises(ParameterCountError, match=counts) as caught:
        run(activity(tables, f"insert into t values (0, 'x'); {script}", parameters=parameters))
    assert "secret" not in str(caught.value)
    assert tables.column("t") == []


def test_without_parameters_a_question_mark_is_ordinary(orders: Tables, run: Run) -> None:
    orders.fill("t", [])
    run(activity(orders, """insert into t select 1, 'yes' where '{"a": 1}'::jsonb ? 'a'"""))
    run(activity(orders, """insert into t select 2, ? where '{"a": 1}'::jsonb ?? 'a'""", parameters=["no"]))
    assert orders.column("t") == ["yes", "no"]


def test_a_failure_undoes_the_whole_script(tables: Tables, run: Run) -> None:
    tables.fill("t", ["before"])
    with pytest.raises(ScriptError, match=r"Statement 3 of 3: .*INSERT INTO MISSING failed: .*exist"):
        run(activity(tables, "delete from t; insert into t values (1, 'x'); insert into missing values (1)"))
    assert tables.column("t") == ["before"]


def test_refused_values_are_not_shown(tables: Tables, run: Run) -> None:
    tables.run("create table t (id int primary key)")
    script = activity(tables, "insert into t values (?)", parameters=["secret"])
    with pytest.raises(ScriptError, match="failed: ") as caught:
        run(script)
    assert "secret" not in str(caught.value)


def test_a_script_with_transactions_of_its_own_keeps_them(tables: Tables, run: Run) -> None:
    tables.fill("t", [])
    script = """
        insert into t values (1, 'at once');
        begin; insert into t values (2, 'kept'); commit;
        begin; insert into t values (3, 'undone'); rollback;
        begin; insert into t values (4, 'lost'); insert into missing values (1)
    """
    with pytest.raises(ScriptError, match="Statement 10 of 10"):
        run(activity(tables, script))
    assert tables.column("t") == ["at once", "kept"]


@pytest.mark.parametrize("script", ["vacuum t", "create index concurrently i on t (id); analyze t"])
def test_statements_that_no_transaction_may_hold(orders: Tables, run: Run, script: str) -> None:
    orders.fill("t", ["x"])
    run(activity(orders, script))


def test_stored_programs_are_one_statement(shop: Tables, run: Run) -> None:
    shop.fill("t", [])
    run(
        activity(
            shop,
            "create procedure p(n int) begin if n > 0 then insert into t values (n, 'a;b'); end if; end; call p(?)",
            parameters=["7"],
        )
    )
    assert shop.run("select * from t") == [(7, "a;b")]


def test_dollar_quotes(orders: Tables, run: Run) -> None:
    orders.fill("t", [])
    run(
        activity(
            orders, "do $$ begin insert into t values (1, '?;'); end $$; insert into t values (2, $x$a$x$)"
        )
    )
    assert orders.column("t") == ["?;", "a"]


def test_queries_return_nothing(tables: Tables, run: Run) -> None:
    assert run(activity(tables, "select 1; select 2; -- the end")) is None


def test_the_outputs_table_is_created_once(tables: Tables, run: Run) -> None:
    output = SqlDataNode(tables.conn_id, table="t", create_table_sql="create table t (id int, v text)")
    for number in range(2):
        run(activity(tables, f"insert into t values ({number}, 'x')", output=output))
    assert tables.column("t") == ["x", "x"]


def test_the_outputs_table_may_be_in_another_database(orders: Tables, shop: Tables, run: Run) -> None:
    output = SqlDataNode("shop", table="t", create_table_sql="create table t (id int, v text)")
    run(activity(orders, "select 1", output=output))
    assert shop.column("t") == []


def test_a_script_in_s3_is_not_a_template(tables: Tables, s3: S3, bucket: str, run: Run) -> None:
    tables.fill("t", [])
    script = "insert into t values (1, '{{ ds }} ü'); insert into t values (2, ?)"
    s3.client().put_object(Bucket=bucket, Key="x.sql", Body=script.encode())
    run(activity(tables, script_uri=f"s3://{bucket}/x.sql", parameters=["b"]))
    assert tables.column("t") == ["{{ ds }} ü", "b"]
    with pytest.raises(NothingThereError):
        run(activity(tables, script_uri=f"s3://{bucket}/missing.sql"))


@pytest.mark.parametrize("arguments", [{}, {"sql": "select 1", "script_uri": "s3://b/k"}])
def test_the_script_is_given_once(arguments: dict[str, str]) -> None:
    with pytest.raises(SqlScriptError, match="'sql': give exactly one of sql and script_uri"):
        SqlActivityOperator(task_id="sql", conn_id="orders", **arguments)  # type: ignore[arg-type]


def test_the_query_group_is_set(orders: Tables, run: Run) -> None:
    """PostgreSQL has no such setting, which shows that it was asked for."""
    with pytest.raises(DatapipelineError, match=r'SET QUERY_GROUP failed: .*"query_group"'):
        run(activity(orders, "select 1", query_group="etl"))


SLEEPS = {"orders": "select pg_sleep(60)", "shop": "select sleep(60)"}
RUNNING = {
    "orders": "select count(*) from pg_stat_activity where query like '%%pg_sleep(60)%%' and state = 'active' and pid <> pg_backend_pid()",
    "shop": "select count(*) from information_schema.processlist where info like 'select sleep(60)%%'",
}


def test_killing_the_task_cancels_the_statement_and_undoes_the_script(tables: Tables, run: Run) -> None:
    tables.fill("t", ["before"])
    operator = activity(tables, f"delete from t; {SLEEPS[tables.conn_id]}; delete from t")
    errors: list[BaseException] = []

    def attempt() -> None:
        try:
            run(operator)
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    thread = threading.Thread(target=attempt)
    thread.start()
    wait_for(lambda: tables.run(RUNNING[tables.conn_id]) == [(1,)])
    began = time.monotonic()
    operator.on_kill()
    thread.join(20)
    assert time.monotonic() - began < 10
    assert isinstance(errors[0], DatapipelineError)
    wait_for(lambda: tables.run(RUNNING[tables.conn_id]) == [(0,)])
    assert tables.column("t") == ["before"]


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
