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


@pytest.mark.parametrize("wrong", [["12"], [7], "1234", "nowhere.json", ["111122223333x"]])
def test_what_is_no_account_is_refused(wrong):
    with pytest.raises(ParameterError, match="list-accounts"):
        organization_accounts(wrong)
