from tests.builders import assume_role, event, table, user
from workbench.queries import crossings

HOME, OWNER = "111122223333", "444455556666"
COPY = {"type": "AWSAccount", "principalId": "AIDAALICEXXXXXXXXXXXX", "accountId": HOME}


def own(**fields):
    return assume_role(user(), account=OWNER, **({"sharedEventID": "s", "eventID": "own"} | fields))


def copied(caller=None, **fields):
    told = {"recipientAccountId": OWNER, "sharedEventID": "s", "eventID": "copy"} | fields
    return assume_role(caller or COPY, account=OWNER, **told)


def rows(*events):
    return crossings(table(*events)).to_pyarrow().to_pylist()


def same_time(*hours):
    return [{"eventTime": f"2026-09-02T{hour:02}:00:00Z"} for hour in hours]


def test_both_copies_are_one_row_and_the_caller_names_itself():
    at, _ = same_time(1, 1)
    (row,) = rows(own(**at), copied(**at))
    assert (row["two_sided"], row["detail"], row["kind"]) == ("both", None, "role")
    assert (row["principal"], row["eventIDs"]) == ("arn:aws:iam::111122223333:user/alice", ["copy", "own"])
    assert row["target"] == "arn:aws:iam::444455556666:role/Deploy"


def test_a_shared_id_on_the_call_of_a_service_joins_nothing():
    at, _ = same_time(1, 1)
    service = own(userIdentity={"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}, **at)
    (row,) = rows(service, copied(**at))
    assert (row["two_sided"], row["eventIDs"]) == ("owner-only", ["copy"])


def test_calls_without_a_shared_id_stay_apart():
    assert [row["two_sided"] for row in rows(own(sharedEventID=...), copied(sharedEventID=...))] == [
        "caller-only", "owner-only",
    ]  # fmt: skip


def test_copies_that_cannot_both_be_true_are_impossible_and_say_why():
    one, other = same_time(1, 5)
    stranger = {**COPY, "accountId": "999988887777"}
    found = {
        "accounts": rows(own(**one), copied(stranger, **one)),
        "outcome": rows(own(**one), copied(errorCode="AccessDenied", **one)),
        "apart": rows(own(**one), copied(**other)),
        "twice": rows(own(**one), copied(**one), copied(eventID="again", **one)),
    }
    assert {name: [(row["two_sided"], row["detail"]) for row in told] for name, told in found.items()} == {
        "accounts": [("impossible", "the copies name different callers' accounts")],
        "outcome": [("impossible", "worked in one copy, refused in the other")],
        "apart": [("impossible", "the copies are more than a minute apart")],
        "twice": [("impossible", "more than one copy of one side")],
    }
    assert found["outcome"][0]["denied"] is False


def test_a_refused_call_without_its_request_is_paired_by_its_shared_id():
    at, _ = same_time(1, 1)
    refused = {"errorCode": "AccessDenied", "responseElements": None, **at}
    (row,) = rows(own(requestParameters=None, resources=None, **refused), copied(**refused))
    assert (row["two_sided"], row["denied"], row["owner_account"]) == ("both", True, OWNER)


def test_the_resource_that_was_used_is_told():
    at, _ = same_time(1, 1)
    arn = "arn:aws:s3:::their-bucket"
    put = {"eventSource": "s3.amazonaws.com", "eventName": "PutObject", "sharedEventID": "p", **at}
    used = event(
        userIdentity=COPY, recipientAccountId=OWNER, resources=[{"ARN": arn, "accountId": OWNER}],
        eventID="theirs", **put,
    )  # fmt: skip
    (row,) = rows(used, event(eventID="ours", **put))
    assert (row["kind"], row["target"], row["two_sided"]) == ("resource", arn, "both")
    assert row["principal"] == "arn:aws:iam::111122223333:user/alice"


def test_a_caller_without_an_account_crosses_nothing():
    subject = {"type": "WebIdentityUser", "userName": "repo:acme/app", "principalId": "x"}
    assert rows(copied(subject, eventName="AssumeRoleWithWebIdentity"), event(userIdentity=None)) == []
