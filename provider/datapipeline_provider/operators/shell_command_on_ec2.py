"""The activity ShellCommandActivity, on the machine of an Ec2Resource."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from datapipeline_provider._compat import AirflowException, AirflowFailException, TaskDeferred, conf
from datapipeline_provider.ec2.errors import Ec2Error, Ec2FailError, MachineLostError
from datapipeline_provider.operators._command import ShellCommandError
from datapipeline_provider.operators._stopping import StoppableOperator
from datapipeline_provider.operators.shell_command_activity import ShellCommandActivityOperator

if TYPE_CHECKING:
    from collections.abc import Callable

    from datapipeline_provider._compat import Context
    from datapipeline_provider.ec2.machine import Keeper, Machine
    from datapipeline_provider.ec2.watch import Watch
    from datapipeline_provider.hooks.ec2 import Ec2Hook
    from datapipeline_provider.hooks.ssm import Outcome, SsmHook

_USER = "ec2-user"
# What of the two streams comes into the log; Systems Manager hands out a little more (see hooks.ssm).
_SHOWN = (23_000, 7_000)
# By so much Systems Manager's own limit is longer than ours, which says more.
_AFTER_US_SECONDS = 60.0


class ShellCommandOnEc2Operator(StoppableOperator, ShellCommandActivityOperator):
    """Runs a command or script with bash on the EC2 instance that another task has launched (dp-object-ec2resource).

    The command is sent through AWS Systems Manager. It runs in a new, empty directory, as a user of the instance, and is to
    AWS what the instance's profile is; what is staged is copied there by the instance's own AWS CLI. The end of both streams
    goes to the task's log: the last 23,000 bytes of the standard output and 7,000 of the standard error. `stdout` and
    `stderr` have the whole.

    A task that is ended ends its command; a further try ends what an earlier one has left running. A command may take up to
    48 hours.

    :param instance: the id of the task that launches the machine, of the same DAG.
    :param remote_user: the user on the instance; templated.
    :param poke_interval: seconds between two questions whether the command has ended.
    :param deferrable: wait in the triggerer; by default what Airflow's `[operators] default_deferrable` says.
    :param command: this and all others are as `ShellCommandActivityOperator` has them.
    """

    template_fields = (*ShellCommandActivityOperator.template_fields, "remote_user")

    def __init__(
        self,
        *,
        instance: str,
        remote_user: str = _USER,
        poke_interval: float = 10.0,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.instance = instance
        self.remote_user = remote_user
        self.poke_interval = poke_interval
        self.deferrable = deferrable

    def execute(self, context: Context) -> None:
        """Send the command and wait for its end.

        :raises ShellCommandError: if it does not end with 0
        :raises Ec2Error: if something is wrong with the instance, or staging fails there
        """
        self.check_arguments()
        work = _Work(self, context)
        work.guarded(work.begin)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> None:
        """Go on where the triggerer has found something to decide.

        :param event: as `state` the `command_id` and the `instance_id`, and as `error` why it cannot go on waiting
        """
        work = _Work(self, context)
        work.guarded(lambda: work.resume(**event["state"], problem=event["error"]))

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """End the command too when the task's time is over while it waits in the triggerer."""
        if next_method == self.execute_complete.__name__:
            return super().resume_execution(next_method, next_kwargs, context)
        try:  # Airflow's own way to say that the wait has come to nothing
            return super().resume_execution(next_method, next_kwargs, context)
        except AirflowException as error:
            work = _Work(self, context)
            with suppress(Exception):  # what ended the task is told
                work.end_earlier()
            work.give_up(error)
            raise

    def script(self, region: str) -> str:
        """Return the script for the instance."""
        from datapipeline_provider.hooks.ssm import packed
        from datapipeline_provider.shell.remote_script import as_user

        script = self.remote_script(
            environment={"AWS_REGION": region, "AWS_DEFAULT_REGION": region},
            places=self.streams,
            encryption=self.encryption,
            limits=_SHOWN,
        )
        return packed(as_user(script.text(), self.remote_user or _USER))


class _Work:
    """One execution of the operator.

    :param task: the operator
    """

    def __init__(self, task: ShellCommandOnEc2Operator, context: Context) -> None:
        self._task = task
        self._context = context
        self._ti: Any = context["ti"]
        self._sent: tuple[str, str] | None = None

    def guarded(self, work: Callable[[], None]) -> None:
        """Do some work; leave no command running if it fails."""
        try:
            work()
        except TaskDeferred:
            raise
        except MachineLostError as error:
            self.give_up(error)
            raise Ec2FailError(
                f"{self._task.task_id}: {error}, and is not replaced (actionOnResourceFailure, maximumRetries)."
            ) from None
        except BaseException as error:
            self.give_up(error)
            raise

    def begin(self) -> None:
        """Send the command and wait."""
        from datapipeline_provider.ec2 import names
        from datapipeline_provider.ec2.watch import Watch

        while True:
            instance = self._keeper.current(self._machine)
            self._end_earlier(instance.id)
            end = self._machine.ends_at(instance)
            command_id = self._ssm.send(
                instance.id,
                self._task.script(self._machine.region),
                names.of_command(self._context, instance.id),
                self._longest(end),
            )
            self._sent = command_id, instance.id
            self._task.log.info("Command %s runs on instance %s", command_id, instance.id)
            watch = Watch(command_id, instance.id, None if end is None else end.timestamp())
            if self._finished(watch):
                return

    def resume(self, command_id: str, instance_id: str, problem: str) -> None:
        """Go on with a command that was waited for."""
        from datapipeline_provider.ec2.watch import Watch

        self._sent = command_id, instance_id
        if problem:
            raise Ec2Error(f"{self._task.task_id}: waiting for command {command_id} failed: {problem}")
        instance = self._ec2.instance(instance_id)
        end = self._machine.ends_at(instance) if instance is not None else None
        watch = Watch(command_id, instance_id, None if end is None else end.timestamp())
        if not self._finished(watch):
            self.begin()

    def end_earlier(self) -> None:
        """End what the task has running on the machine."""
        self._end_earlier(self._keeper.current(self._machine).id)

    def give_up(self, error: BaseException) -> None:
        """End the command that is waited for, and the machine if a task that fails is to end it; what fails here is logged."""
        task, ti = self._task, self._ti
        try:
            if self._sent is not None:
                task.log.info("Ending command %s", self._sent[0])
                self._ssm.cancel(self._sent[0])
            final = isinstance(error, AirflowFailException) or ti.try_number > ti.max_tries
            if final and "_machine" in vars(self) and self._machine.end_on_task_failure:
                there = [instance.id for instance in self._ec2.instances(self._machine.resource)]
                task.log.info("Ending instances %s (actionOnTaskFailure)", ", ".join(there))
                self._ec2.terminate(there)
        except Exception:
            task.log.exception("What was left running could not be ended")

    def _finished(self, watch: Watch) -> bool:
        """Wait for a command and judge how it ended; False if it is to be sent again, to another instance."""
        while True:
            if not watch.is_over(self._ec2, self._ssm):
                self._wait(watch)
            outcome = self._ssm.outcome(watch.command_id, watch.instance_id)
            over = outcome is not None and outcome.is_over
            if outcome is not None and outcome.status == "Success":
                self._sent = None
                self._show(outcome)
                return True
            try:
                self._keeper.check(self._machine, watch.instance_id)
            except MachineLostError as lost:
                self._sent = None
                if not self._machine.replacements:
                    raise
                self._task.log.warning("%s", lost)
                return False
            if over and outcome is not None:
                self._sent = None
                self._show(outcome)
                raise self._failed(outcome, watch.instance_id)

    def _wait(self, watch: Watch) -> None:
        task = self._task
        if task.deferrable:
            from datapipeline_provider.triggers.ssm_command import SsmCommandTrigger

            state = {"command_id": watch.command_id, "instance_id": watch.instance_id}
            trigger = SsmCommandTrigger(
                *watch, task.poke_interval, task.aws_conn_id, self._machine.region, state
            )
            task.defer(
                trigger=trigger,
                method_name=task.execute_complete.__name__,
                timeout=task.execution_timeout,
            )
        while not watch.is_over(self._ec2, self._ssm):
            task.pause(task.poke_interval)

    def _show(self, outcome: Outcome) -> None:
        for line in outcome.stdout.splitlines():
            self._task.log.info("%s", line)
        for line in outcome.stderr.splitlines():
            self._task.log.info("stderr: %s", line)

    def _failed(self, outcome: Outcome, instance_id: str) -> Exception:
        from datapipeline_provider.shell.remote_script import said

        task = self._task
        reason, code = said(outcome.stderr)
        if code is not None:
            return ShellCommandError(task.task_id, code, task.streams.values())
        if outcome.status == "Failed" and outcome.details == "Failed" and not reason:
            return ShellCommandError(task.task_id, outcome.code, task.streams.values())
        ended = reason or f"Systems Manager ended the command: {outcome.details}"
        return Ec2Error(f"{task.task_id}: on instance {instance_id}: {ended}.")

    def _longest(self, end: datetime | None) -> int:
        """Return after how many seconds Systems Manager is to end the command, should nobody of ours do it."""
        from datapipeline_provider.hooks.ssm import LONGEST_SECONDS

        limits = [float(LONGEST_SECONDS)]
        if end is not None:
            limits.append((end - datetime.now(UTC)).total_seconds() + _AFTER_US_SECONDS)
        if (limit := self._task.execution_timeout) is not None:
            limits.append(limit.total_seconds() + _AFTER_US_SECONDS)
        return max(int(min(limits)), 1)

    def _end_earlier(self, instance_id: str) -> None:
        from datapipeline_provider.shell import marks

        for command_id in self._ssm.unfinished(instance_id, marks.of_task(self._context)):
            self._task.log.info("Ending command %s, which an earlier try has left running", command_id)
            self._ssm.cancel(command_id)

    @cached_property
    def _machine(self) -> Machine:
        from datapipeline_provider.ec2.machine import machine_of

        return machine_of(self._ti.xcom_pull(task_ids=self._task.instance), self._task.instance)

    @cached_property
    def _ec2(self) -> Ec2Hook:
        from datapipeline_provider.hooks.ec2 import Ec2Hook

        return Ec2Hook(self._task.aws_conn_id, self._machine.region)

    @cached_property
    def _ssm(self) -> SsmHook:
        from datapipeline_provider.hooks.ssm import SsmHook

        return SsmHook(self._task.aws_conn_id, self._machine.region, self._task.pause)

    @cached_property
    def _keeper(self) -> Keeper:
        from datapipeline_provider.ec2.machine import Keeper

        return Keeper(self._ec2, self._ssm, self._task.log, self._task.pause)
