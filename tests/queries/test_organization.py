import json

import pytest

from workbench.errors import ParameterError
from workbench.queries import organization_accounts

ONE, OTHER = "111122223333", "444455556666"


def test_ids_are_taken_as_a_list_or_with_commas_between():
    assert organization_accounts([ONE, OTHER]) == organization_accounts(f"{ONE}, {OTHER}") == {ONE, OTHER}
    assert organization_accounts(ONE) == {ONE}
    assert organization_accounts([]) == set()


def test_the_answer_of_the_cli_and_the_samples_file_are_read(tmp_path, sample):
    listed = tmp_path / "accounts.json"
    listed.write_text(json.dumps({"Accounts": [{"Id": ONE, "Status": "ACTIVE"}]}))
    assert organization_accounts(listed) == organization_accounts(str(listed)) == {ONE}
    assert organization_accounts(sample / "organization.json") == {ONE, OTHER, "222233334444", "333344445555"}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"accounts": [{"name": "x"}]}', '{"accounts": 7}', "no json"]
)
def test_what_lists_no_accounts_is_refused(tmp_path, text):
    path = tmp_path / "accounts.json"
    path.write_text(text)
    with pytest.raises(ParameterError, match="list-accounts"):
        organization_accounts(path)


@pytest.mark.parametrize(
    "wrong",
    [
        ["12"],
        [7],
        "1234",
        "nowhere.json",
        ["111122223333x"],
        "",
        ",",
        7,
        None,
        ["١١١١٢٢٢٢٣٣٣٣"],
        ["x" * 9999],
    ],
)
def test_what_is_no_account_is_refused(wrong):
    with pytest.raises(ParameterError, match="list-accounts") as told:
        organization_accounts(wrong)
    assert len(str(told.value)) < 300


def test_what_is_wrong_with_a_file_is_told_with_its_place(tmp_path):
    def told(content):
        (tmp_path / "x.json").write_bytes(
            content if isinstance(content, bytes) else json.dumps(content).encode()
        )
        with pytest.raises(ParameterError) as error:
            organization_accounts(tmp_path / "x.json")
        words, remedy, _ = str(error.value).partition(". Give a list")
        assert remedy
        return words.removeprefix(f"{tmp_path / 'x.json'}")

    start = " does not list the accounts of an organization: "
    assert told({"Accounts": []}) == start + "no list accounts or Accounts with any in it"
    assert told([{"Id": ONE}]) == start + "no list accounts or Accounts with any in it"
    assert told({"Accounts": [{"Id": ONE}, {}]}) == start + "account 2 has no id"
    assert told({"Accounts": [ONE]}) == start + "account 1 has no id"
    assert told({"Accounts": [{"Id": 7}]}) == ": 7 is no account id, a text of 12 digits"
    assert told("{".encode("utf-16")).startswith(start + "'utf-8' codec can't decode")
    assert told(b"[" * 100_000).startswith(start + "maximum recursion depth exceeded")


def test_a_byte_order_mark_is_no_fault(tmp_path):
    (tmp_path / "x.json").write_bytes(b"\xef\xbb\xbf" + json.dumps({"Accounts": [{"Id": ONE}]}).encode())
    assert organization_accounts(tmp_path / "x.json") == {ONE}
