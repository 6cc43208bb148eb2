"""simple-salesforce and zeep judge the Salesforce sandbox.

Each rule of the protocol that they rely on is also broken once, to see that they notice.
"""
import csv
import datetime
import io
import pathlib

import pytest
import requests
import zeep
from conftest import Sandbox
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceResourceNotFound,
)

WSDL = pathlib.Path(__file__).parent / "fixtures" / "partner-47.0.wsdl"
ACCOUNTS = 4500


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    seed = tmp_path_factory.mktemp("seed") / "salesforce"
    seed.mkdir()
    (seed / "Account.fields.json").write_text(
        '[{"name":"Number__c","type":"string","length":20,"externalId":true,"unique":true},'
        '{"name":"Group__c","type":"string","externalId":true}]')
    sandbox = Sandbox(
        "salesforce", "--records", str(ACCOUNTS), "--seed", str(seed.parent))
    yield sandbox
    sandbox.stop()


@pytest.fixture
def org(sandbox, through_proxy):
    return through_proxy(sandbox.system("salesforce"))


@pytest.fixture
def sf(org):
    return client_credentials(org)


def client_credentials(org):
    return Salesforce(
        consumer_key=org["clientId"], consumer_secret=org["clientSecret"], domain="acme.my")


def jwt(org):
    return Salesforce(
        username=org["username"], consumer_key=org["clientId"],
        privatekey_file=org["privateKeyFile"])


def password(org):
    return Salesforce(
        username=org["username"], password=org["password"], security_token=org["securityToken"])


@pytest.mark.parametrize("log_in", [client_credentials, jwt, password])
def test_log_in_through_the_proxy(org, log_in):
    before = org.last()
    sf = log_in(org)
    assert sf.query("SELECT COUNT() FROM User")["totalSize"] == 2
    requests_made = [entry for entry in org.journal(before) if entry["kind"] == "request"]
    assert [entry["status"] for entry in requests_made] == [200, 200]
    assert requests_made[1]["user"] == org["username"]


@pytest.mark.parametrize("log_in", [client_credentials, jwt])
def test_a_token_answer_without_instance_fails(org, log_in):
    with org.fault("token.instanceUrl"), pytest.raises(Exception):
        log_in(org)


def test_soap_elements_with_a_prefix_fail(org):
    with org.fault("soap.elements"), pytest.raises(SalesforceAuthenticationFailed):
        password(org)


def test_a_wrong_log_in_is_told_as_such(org):
    with pytest.raises(SalesforceAuthenticationFailed) as refused:
        Salesforce(username=org["username"], password="wrong", security_token="")
    assert refused.value.code == "INVALID_LOGIN"
    with pytest.raises(SalesforceAuthenticationFailed) as refused:
        Salesforce(consumer_key=org["clientId"], consumer_secret="wrong", domain="acme.my")
    assert refused.value.code == "invalid_client"


def test_direct_tls_on_loopback(org):
    form = {"grant_type": "client_credentials", "client_id": org["clientId"],
            "client_secret": org["clientSecret"]}
    token = requests.post(f"{org.https}/services/oauth2/token", data=form, timeout=30).json()
    assert token["instance_url"] == org.https
    sf = Salesforce(session_id=token["access_token"], instance_url=token["instance_url"])
    assert sf.query("SELECT Id FROM Account LIMIT 1")["totalSize"] == 1


def test_refresh_token(org):
    form = {"grant_type": "refresh_token", "client_id": org["clientId"],
            "client_secret": org["clientSecret"], "refresh_token": org["refreshToken"]}
    answer = requests.post(f"{org.http}/services/oauth2/token", data=form, timeout=30).json()
    sf = Salesforce(session_id=answer["access_token"], instance_url=org.https)
    assert sf.limits()["DailyApiRequests"]["Remaining"] > 0


def test_all_pages_are_read(org, sf):
    query = ("SELECT Id, Name, Owner.Name FROM Account WHERE AccountNumber LIKE 'A-%' AND "
             "SystemModstamp >= 2020-01-01T00:00:00.000+00:00 ORDER BY SystemModstamp, Id")
    before = org.last()
    rows = sf.query_all(query)["records"]
    assert len(rows) == ACCOUNTS
    assert len({row["Id"] for row in rows}) == ACCOUNTS
    assert rows[0]["Owner"]["Name"] == "seed"
    paths = [entry["path"] for entry in org.journal(before)]
    assert len(paths) == 3
    assert paths[1].startswith("/services/data/v59.0/query/01g")
    assert "path.trailingSlash" in org.audit(before)


def test_a_page_that_claims_to_be_the_last_loses_rows(org, sf):
    with org.fault("query.done"):
        assert len(sf.query_all("SELECT Id FROM Account")["records"]) == 2000


@pytest.mark.parametrize("rule", ["query.nextRecordsUrl", "query.records"])
def test_a_page_without_link_or_records_fails(org, sf, rule):
    with org.fault(rule), pytest.raises(KeyError):
        sf.query_all("SELECT Id FROM Account")


def test_describe(org, sf):
    fields = {field["name"]: field for field in sf.Account.describe()["fields"]}
    assert fields["Number__c"]["externalId"] is True
    assert fields["Name"]["nillable"] is False
    assert fields["OwnerId"]["referenceTo"] == ["User"]
    assert any(o["name"] == "Order" and o["queryable"] for o in sf.describe()["sobjects"])
    with org.fault("describe.fields"), pytest.raises(KeyError):
        sf.Account.describe()["fields"]


def test_create_read_update_delete(org, sf):
    before = org.last()
    made = sf.Account.create({"Name": "Judge", "Phone": "1"})
    assert made["success"] is True
    assert sf.Account.update(made["id"], {"Phone": None}) == 204
    assert sf.Account.get(made["id"])["Phone"] is None
    assert sf.Account.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound):
        sf.Account.get(made["id"])
    effects = [entry["op"] for entry in org.journal(before) if entry["kind"] == "effect"]
    assert effects == ["create", "update", "delete"]
    with org.fault("create.id"), pytest.raises(KeyError):
        sf.Account.create({"Name": "Judge"})["id"]


def test_upsert_by_external_id(org, sf):
    assert sf.Account.upsert("Number__c/U%2F1", {"Name": "Made"}) == 201
    assert sf.Account.upsert("Number__c/U%2F1", {"Name": "Changed"}) == 200
    assert sf.Account.get_by_custom_id("Number__c", "U/1")["Name"] == "Changed"
    for name in ["a", "b"]:
        sf.Account.create({"Name": name, "Group__c": "twice"})
    with pytest.raises(SalesforceMoreThanOneRecord):
        sf.Account.upsert("Group__c/twice", {"Name": "c"})
    with org.fault("upsert.status"), pytest.raises(SalesforceMalformedRequest):
        sf.Account.upsert("Number__c/U2", {"Name": "Made"})


def test_errors_come_in_the_shape_clients_read(org, sf):
    cases = [
        (lambda: sf.query("SELECT Foo FROM Account"), "INVALID_FIELD"),
        (lambda: sf.query("SELECT Id FROM Foo"), "INVALID_TYPE"),
        (lambda: sf.query("SELECT Id FROM Account WITH SECURITY_ENFORCED"), "MALFORMED_QUERY"),
        (lambda: sf.Account.create({}), "REQUIRED_FIELD_MISSING"),
        (lambda: sf.Account.create({"Name": "x" * 256}), "STRING_TOO_LONG"),
        (lambda: sf.Account.create({"Name": "x", "Foo": 1}), "INVALID_FIELD"),
    ]
    for call, code in cases:
        with pytest.raises(SalesforceMalformedRequest) as refused:
            call()
        assert refused.value.content[0]["errorCode"] == code
    with org.fault("error.array"), pytest.raises(SalesforceMalformedRequest) as refused:
        sf.query("SELECT Foo FROM Account")
    with pytest.raises(KeyError):
        refused.value.content[0]


def test_collections(org, sf):
    def rows(*names):
        return {"records": [
            {"attributes": {"type": "Account"}, "Name": name, "Number__c": name} for name in names]}

    results = sf.restful("composite/sobjects/Account/Number__c", method="PATCH",
                         json=rows("C1", "C2"))
    assert [result["created"] for result in results] == [True, True]
    results = sf.restful("composite/sobjects/Account/Number__c", method="PATCH",
                         json=rows("C2", "C3"))
    assert [result["created"] for result in results] == [False, True]
    with org.fault("collections.order"):
        results = sf.restful("composite/sobjects/Account/Number__c", method="PATCH",
                             json=rows("C3", "C4"))
    assert [result["created"] for result in results] != [False, True]
    with org.fault("lock", every=2):
        results = sf.restful("composite/sobjects", method="POST", json=rows("C5", "C6"))
    assert results[0]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    assert results[1]["success"] is True


def test_an_expired_session_is_renewed_by_a_client_that_can(org):
    sf = password(org)
    before = org.last()
    with org.fault("expireToken", path="/services/data/*", times=1):
        assert sf.query("SELECT COUNT() FROM User")["totalSize"] == 2
    paths = [entry["path"] for entry in org.journal(before)]
    assert any(path.startswith("/services/Soap/u/") for path in paths)
    with org.fault("status", path="/services/data/*", status=401):
        with pytest.raises(SalesforceExpiredSession):
            Salesforce(session_id="x", instance_url=org.https).query("SELECT Id FROM User")


def test_changed_and_deleted_ids(org, sf):
    now = datetime.datetime.now(datetime.timezone.utc)
    start, end = now - datetime.timedelta(hours=1), now + datetime.timedelta(minutes=5)
    made = sf.Account.create({"Name": "window"})["id"]
    assert made in sf.Account.updated(start, end)["ids"]
    sf.Account.delete(made)
    deleted = sf.Account.deleted(start, end)
    assert made in [row["id"] for row in deleted["deletedRecords"]]
    with pytest.raises(SalesforceMalformedRequest):
        sf.Account.deleted(end, start)


def test_limits(org, sf):
    sf.limits()
    assert set(sf.api_usage) == {"api-usage"}
    with org.fault("limits.header"):
        sf.limits()
    assert "per-app-api-usage" in sf.api_usage


def test_bulk_query(org, sf):
    query = "SELECT Id, Name FROM Account WHERE AccountNumber LIKE 'A-%'"
    pages = list(sf.bulk2.Account.query(query, max_records=2000, wait=0.1))
    assert len(pages) == 3
    rows = [row for page in pages for row in csv.DictReader(io.StringIO(page))]
    assert len(rows) == ACCOUNTS
    with org.fault("bulk.numberOfRecords"), pytest.raises(KeyError):
        list(sf.bulk2.Account.query(query, wait=0.1))


def test_bulk_ingest(org, sf):
    records = [{"Name": f"Bulk {n}", "Number__c": f"B{n}"} for n in range(300)]
    records.append({"Name": "x" * 256, "Number__c": "B-long"})
    before = org.last()
    results = sf.bulk2.Account.upsert(records=records, external_id_field="Number__c", wait=0.1)
    assert [result["numberRecordsFailed"] for result in results] == [1]
    assert [result["numberRecordsProcessed"] for result in results] == [301]
    failed = sf.bulk2.Account.get_failed_records(results[0]["job_id"])
    assert "STRING_TOO_LONG" in failed
    effects = [entry for entry in org.journal(before) if entry["kind"] == "effect"]
    assert len(effects) == 300


@pytest.mark.parametrize("strict", [True, False])
def test_zeep_logs_in(org, strict):
    result = soap(org, strict).login(org["username"], org["password"] + org["securityToken"])
    assert result.userInfo.userName == org["username"]
    assert result.serverUrl.startswith(f"{org.http}/services/Soap/u/47.0/")
    sf = Salesforce(session_id=result.sessionId, instance_url=org.https)
    assert sf.query("SELECT COUNT() FROM User")["totalSize"] == 2


def test_zeep_in_strict_mode_notices_the_order(org):
    service = soap(org, strict=True)
    with org.fault("soap.order"), pytest.raises(zeep.exceptions.XMLParseError):
        service.login(org["username"], org["password"] + org["securityToken"])


def test_zeep_reads_the_fault(org):
    with pytest.raises(zeep.exceptions.Fault) as refused:
        soap(org, strict=True).login(org["username"], "wrong")
    assert "INVALID_LOGIN" in refused.value.message


def soap(org, strict):
    client = zeep.Client(str(WSDL), settings=zeep.Settings(strict=strict))
    return client.create_service(
        "{urn:partner.soap.sforce.com}SoapBinding", f"{org.http}/services/Soap/u/47.0")
