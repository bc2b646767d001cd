from tests.builders import assume_role, event, role_event, role_session, table, user
from workbench.queries import issuances

ROLE = "arn:aws:iam::111122223333:role/Deploy"


def calls(*events):
    return issuances(table(*events)).to_pyarrow().to_pylist()


def test_an_assumed_role_has_caller_target_and_key():
    (row,) = calls(assume_role(user()))
    assert (row["caller"], row["caller_kind"], row["target"]) == (
        "arn:aws:iam::111122223333:user/alice",
        "iam_user",
        ROLE,
    )
    assert (row["caller_key"], row["issued_key"], row["denied"]) == (
        "AKIAIOSFODNN7EXAMPLE",
        "ASIAIOSFODNN7EXAMPLE",
        False,
    )


def test_a_role_as_caller_is_the_role_and_not_its_session():
    (row,) = calls(assume_role(role_session("ci/Build", "run-1"), "Deploy"))
    assert (row["caller"], row["caller_kind"]) == ("arn:aws:iam::111122223333:role/ci/Build", "role")


def test_a_refused_call_takes_the_role_from_the_message():
    refused = assume_role(
        user(),
        requestParameters=None,
        responseElements=None,
        errorCode="AccessDenied",
        errorMessage=f"User: x is not authorized to perform: sts:AssumeRole on resource: {ROLE} because "
        "no identity-based policy allows the sts:AssumeRole action",
    )
    (row,) = calls(refused)
    assert (row["target"], row["denied"], row["issued_key"]) == (ROLE, True, None)


def test_a_call_that_names_no_role_is_left_out():
    assert calls(assume_role(user(), requestParameters=None, resources=None, errorCode="AccessDenied")) == []
    assert calls(event(eventName="AssumeRole", eventSource="iam.amazonaws.com")) == []


def owner_copy(**fields):
    caller = {"type": "AWSAccount", "principalId": "AIDAALICEXXXXXXXXXXXX", "accountId": "111122223333"}
    return assume_role(
        caller, account="444455556666", recipientAccountId="444455556666", sharedEventID="s", **fields
    )


def test_the_owners_copy_is_the_same_call():
    own = assume_role(user(), account="444455556666", sharedEventID="s")
    assert [row["caller"] for row in calls(own, owner_copy())] == ["arn:aws:iam::111122223333:user/alice"]


def test_an_owners_copy_alone_is_resolved_by_the_unique_id_or_told_with_its_account():
    seen = event(userIdentity={**user(), "principalId": "AIDAALICEXXXXXXXXXXXX"})
    assert [row["caller"] for row in calls(owner_copy(), seen)] == ["arn:aws:iam::111122223333:user/alice"]
    assert [row["caller"] for row in calls(owner_copy())] == ["111122223333:AIDAALICEXXXXXXXXXXXX"]


def test_an_instance_is_named_only_where_ec2_asked():
    ec2, other = ({"type": "AWSService", "invokedBy": f"{name}.amazonaws.com"} for name in ("ec2", "lambda"))
    asked = [
        assume_role(ec2, session="i-0123456789abcdef0"),
        assume_role(other, session="i-0123456789abcdef1"),
        assume_role(user(), session="i-0123456789abcdef2"),
        assume_role(ec2, session="i-nonsense"),
    ]
    assert {row["caller"] for row in calls(*asked)} == {
        "i-0123456789abcdef0",
        "lambda.amazonaws.com",
        "arn:aws:iam::111122223333:user/alice",
        "ec2.amazonaws.com",
    }


def test_assume_root_ends_in_root_of_its_account():
    root = event(
        eventSource="sts.amazonaws.com",
        eventName="AssumeRoot",
        requestParameters={"targetPrincipal": "444455556666"},
        responseElements={"credentials": {"accessKeyId": "ASIAROOT"}},
    )
    (row,) = calls(root)
    assert (row["target"], row["issued_key"]) == ("arn:aws:iam::444455556666:root", "ASIAROOT")
    assert calls({**root, "requestParameters": None}) == []


def test_a_token_call_leads_back_to_its_caller():
    token = role_event(
        eventSource="sts.amazonaws.com",
        eventName="GetSessionToken",
        responseElements={"credentials": {"accessKeyId": "ASIAX"}},
    )
    (row,) = calls(token)
    assert row["caller"] == row["target"] == ROLE
