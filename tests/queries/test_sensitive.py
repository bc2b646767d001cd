import re

from tests.builders import event, table
from workbench.queries import SENSITIVE_CALLS, sensitive_calls


def test_the_list_names_each_call_once_and_says_why():
    named = [(call.eventSource, call.eventName) for call in SENSITIVE_CALLS]
    assert len(set(named)) == len(named)
    for call in SENSITIVE_CALLS:
        assert re.fullmatch(r"[a-z0-9-]+\.amazonaws\.com", call.eventSource)
        assert re.fullmatch(r"[A-Z][A-Za-z0-9]+", call.eventName)
        assert call.weight in (1, 2, 3)
        assert call.why
        assert call.tactic


def test_a_listed_call_is_found_with_its_place():
    (row,) = (
        sensitive_calls(
            table(
                event(
                    eventSource="cloudtrail.amazonaws.com",
                    eventName="StopLogging",
                    errorCode="AccessDenied",
                    eventID="it",
                )
            )
        )
        .to_pyarrow()
        .to_pylist()
    )
    assert (row["eventID"], row["weight"], row["tactic"], row["denied"]) == ("it", 3, "Impairment", True)
    assert row["source_file"].endswith(".json.gz")
    assert row["source_index"] == 0


def test_a_namesake_of_another_service_and_a_start_of_a_name_are_not():
    rows = table(
        event(eventSource="organizations.amazonaws.com", eventName="CreateUser"),
        event(eventSource="cloudtrail.amazonaws.com", eventName="StopLoggingNow"),
        event(eventSource=..., eventName="StopLogging"),
        event(eventSource="cloudtrail.amazonaws.com", eventName=...),
    )
    assert sensitive_calls(rows).count().execute() == 0


def test_the_api_version_in_a_name_of_lambda_does_not_hide_it():
    rows = table(
        event(eventSource="lambda.amazonaws.com", eventName="UpdateFunctionCode20150331v2"),
        event(eventSource="lambda.amazonaws.com", eventName="AddPermission20150331"),
    )
    assert set(sensitive_calls(rows).eventName.execute()) == {
        "UpdateFunctionCode20150331v2",
        "AddPermission20150331",
    }
