"""pyodata judges the SAP sandbox.

Each rule of the protocol that it relies on is also broken once, to see that it notices.
"""
import datetime
import decimal

import pyodata
import pytest
import requests
from conftest import Sandbox
from pyodata.exceptions import HttpError, PyODataException

PARTNERS = "sap/opu/odata/sap/API_BUSINESS_PARTNER/"
ORDERS = "sap/opu/odata/sap/API_SALES_ORDER_SRV/"
SAMPLES = 2300


@pytest.fixture(scope="module")
def sandbox():
    sandbox = Sandbox("sap", "--records", str(SAMPLES))
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sap(sandbox):
    return sandbox.system("sap")


def session(sap, https=False):
    """A session as pyodata's documentation shows it: the token is the caller's business."""
    made = requests.Session()
    made.auth = (sap["username"], sap["password"])
    made.trust_env = False
    if https:
        made.verify = sap.ca_file
    root = sap.https if https else sap.http
    answer = made.head(f"{root}/{PARTNERS}", headers={"x-csrf-token": "fetch"})
    made.headers["x-csrf-token"] = answer.headers.get("x-csrf-token", "")
    return made


def client(sap, service=PARTNERS, https=False):
    root = sap.https if https else sap.http
    return pyodata.Client(f"{root}/{service}", session(sap, https))


def new_partner(odata, name, **more):
    request = odata.entity_sets.A_BusinessPartner.create_entity()
    return request.set(BusinessPartnerCategory="2", OrganizationBPName1=name, **more)


def effects(sap, since, op=None):
    entries = [entry for entry in sap.journal(since) if entry["kind"] == "effect"]
    return [entry for entry in entries if op is None or entry["op"] == op]


def unknown_requests(sap, since):
    return [e for e in sap.journal(since) if e["kind"] == "request" and e["status"] in (404, 501)]


def test_metadata_is_understood(sap):
    odata = client(sap)
    names = [entity_set.name for entity_set in odata.schema.entity_sets]
    assert len(names) == 28
    partner = odata.schema.entity_type("A_BusinessPartnerType")
    assert partner.proprty("BusinessPartnerIDByExtSystem").typ.name == "Edm.String"
    assert partner.proprty("BusinessPartnerIDByExtSystem").max_length == 20
    assert [key.name for key in partner.key_proprties] == ["BusinessPartner"]
    orders = client(sap, ORDERS)
    assert "A_SalesOrderItem" in [entity_set.name for entity_set in orders.schema.entity_sets]


def test_metadata_needs_its_content_type(sap):
    with sap.fault("metadata.contentType"):
        with pytest.raises(HttpError):
            client(sap)


def test_log_in_is_needed(sap):
    stranger = requests.Session()
    stranger.auth = (sap["username"], "wrong")
    with pytest.raises(HttpError) as failure:
        pyodata.Client(f"{sap.http}/{PARTNERS}", stranger)
    assert failure.value.response.status_code == 401


def test_https(sap):
    odata = client(sap, https=True)
    page = odata.entity_sets.A_BusinessPartner.get_entities().top(1).execute()
    assert len(page) == 1


def all_partners(odata):
    """Follows __next as pyodata foresees it."""
    found = []
    request = odata.entity_sets.A_BusinessPartner.get_entities().select("BusinessPartner")
    while True:
        page = request.execute()
        found += [partner.BusinessPartner for partner in page]
        if page.next_url is None:
            return found
        request = odata.entity_sets.A_BusinessPartner.get_entities().next_url(page.next_url)


def test_paging(sap):
    before = sap.last()
    odata = client(sap)
    found = all_partners(odata)
    stored = [record["BusinessPartner"] for record in sap.records("A_BusinessPartner")]
    assert sorted(found) == sorted(stored)
    assert len(set(found)) == len(found) >= SAMPLES
    assert unknown_requests(sap, before) == []


def test_paging_stays_on_the_origin(sap):
    odata = client(sap)
    with sap.fault("paging.origin"):
        with pytest.raises(PyODataException):
            all_partners(odata)


def test_paging_needs_the_link(sap):
    odata = client(sap)
    stored = len(sap.records("A_BusinessPartner"))
    with sap.fault("paging.next"):
        assert len(all_partners(odata)) < stored


def test_queries(sap):
    odata = client(sap)
    partners = odata.entity_sets.A_BusinessPartner
    request = partners.get_entities().filter("BusinessPartnerIDByExtSystem eq 'SAMPLE-0000007'")
    found = request.expand("to_BusinessPartnerAddress").execute()
    assert [partner.BusinessPartnerIDByExtSystem for partner in found] == ["SAMPLE-0000007"]
    assert len(found[0].to_BusinessPartnerAddress) == 1
    counted = partners.get_entities().top(5).skip(2).count(inline=True).execute()
    assert len(counted) == 5
    assert counted.total_count == len(sap.records("A_BusinessPartner"))
    assert partners.get_entities().count().execute() == counted.total_count
    named = partners.get_entities()
    named = named.filter(named.SearchTerm1 == "ALDER").order_by("BusinessPartner desc").execute()
    numbers = [partner.BusinessPartner for partner in named]
    assert numbers == sorted(numbers, reverse=True)
    assert {partner.SearchTerm1 for partner in named} == {"ALDER"}


def test_a_filter_counts(sap):
    odata = client(sap)
    request = odata.entity_sets.A_BusinessPartner.get_entities().top(2)
    request = request.filter("BusinessPartnerIDByExtSystem eq 'SAMPLE-0000007'")
    with sap.fault("filter.applied"):
        assert len(request.execute()) != 1


def test_unknown_clauses_are_refused(sap):
    odata = client(sap)
    for options in ({"$search": "x"}, {"limit": "5"}, {"$filter": "nothing(LastName) eq 1"}):
        request = odata.entity_sets.A_BusinessPartner.get_entities()
        for name, value in options.items():
            request = request.custom(name, value)
        with pytest.raises(HttpError) as failure:
            request.execute()
        assert failure.value.response.status_code == 400


def test_create_with_deep_insert_and_read_back(sap):
    before = sap.last()
    odata = client(sap)
    created = new_partner(
        odata, "Deep O'Neil", BusinessPartnerIDByExtSystem="PY-1",
        OrganizationFoundationDate=datetime.datetime(1999, 12, 31, tzinfo=datetime.timezone.utc),
        to_BusinessPartnerAddress=[
            {"CityName": "Ghent", "Country": "BE",
             "to_EmailAddress": [{"EmailAddress": "a@example.com"}]}],
        to_BusinessPartnerTax=[{"BPTaxType": "BE0", "BPTaxNumber": "123"}],
    ).execute()
    assert len(created.BusinessPartner) == 10
    read = odata.entity_sets.A_BusinessPartner.get_entity(created.BusinessPartner)
    read = read.expand("to_BusinessPartnerAddress,to_BusinessPartnerTax").execute()
    assert read.BusinessPartnerFullName == "Deep O'Neil"
    assert read.OrganizationFoundationDate.date() == datetime.date(1999, 12, 31)
    assert read.LastChangeDate is not None
    assert read.AcademicTitle == ""
    assert [address.CityName for address in read.to_BusinessPartnerAddress] == ["Ghent"]
    assert [tax.BPTaxNumber for tax in read.to_BusinessPartnerTax] == ["123"]
    done = effects(sap, before)
    assert [(entry["op"], entry["object"], entry["externalId"]) for entry in done] == [
        ("create", "A_BusinessPartner", "PY-1")]
    assert done[0]["id"] == created.BusinessPartner
    assert unknown_requests(sap, before) == []
    entity = odata.entity_sets.A_BusinessPartner.get_entity(created.BusinessPartner).execute()
    emails = entity.nav("to_BusinessPartnerAddress").get_entities().execute()
    assert len(emails) == 1


def test_a_creation_is_answered_with_201(sap):
    odata = client(sap)
    with sap.fault("create.status"):
        with pytest.raises(HttpError):
            new_partner(odata, "Wrong status").execute()


def test_a_token_is_needed(sap):
    odata = client(sap)
    bare = requests.Session()
    bare.auth = (sap["username"], sap["password"])
    without = pyodata.Client(f"{sap.http}/{PARTNERS}", bare)
    with pytest.raises(HttpError) as failure:
        new_partner(without, "No token").execute()
    assert failure.value.response.status_code == 403
    assert failure.value.response.headers["x-csrf-token"] == "Required"
    with sap.fault("csrf.token"):
        deceived = client(sap)
        with pytest.raises(HttpError):
            new_partner(deceived, "Wrong token").execute()
    with sap.fault("expireToken", times=1):
        with pytest.raises(HttpError):
            new_partner(odata, "Expired").execute()


def test_update_needs_the_version(sap):
    odata = client(sap)
    partners = odata.entity_sets.A_BusinessPartner
    number = new_partner(odata, "Version").execute().BusinessPartner
    read = partners.get_entity(number).execute()
    assert read.etag.startswith("W/")

    def update(match, **values):
        request = partners.update_entity(BusinessPartner=number).set(**values)
        request.add_headers({"If-Match": match} if match else {})
        request.execute()

    with pytest.raises(HttpError) as failure:
        update(None, SearchTerm1="X")
    assert failure.value.response.status_code == 428
    update(read.etag, SearchTerm1="X")
    with pytest.raises(HttpError) as failure:
        update(read.etag, SearchTerm1="Y")
    assert failure.value.response.status_code == 412
    assert partners.get_entity(number).execute().SearchTerm1 == "X"
    with sap.fault("etag.ifMatch"):
        update(read.etag, SearchTerm1="Z")
    assert partners.get_entity(number).execute().SearchTerm1 == "Z"


def test_header_and_body_name_the_same_version(sap):
    odata = client(sap)
    number = new_partner(odata, "Same version").execute().BusinessPartner
    with sap.fault("etag.header"):
        with pytest.raises(PyODataException):
            odata.entity_sets.A_BusinessPartner.get_entity(number).execute()


def test_delete(sap):
    odata = client(sap)
    number = new_partner(
        odata, "Delete", to_BusinessPartnerAddress=[{"CityName": "Lyon"}]).execute().BusinessPartner
    addresses = odata.entity_sets.A_BusinessPartnerAddress
    address = addresses.get_entities().filter(f"BusinessPartner eq '{number}'").execute()[0]
    request = addresses.delete_entity(BusinessPartner=number, AddressID=address.AddressID)
    request.add_headers({"If-Match": "*"})
    request.execute()
    with pytest.raises(HttpError) as failure:
        addresses.get_entity(BusinessPartner=number, AddressID=address.AddressID).execute()
    assert failure.value.response.status_code == 404


def create_batch(odata, names):
    batch = odata.create_batch()
    for name in names:
        change_set = odata.create_changeset()
        for single in name.split("+"):
            change_set.add_request(new_partner(odata, single))
        batch.add_request(change_set)
    return batch


def test_batch(sap):
    before = sap.last()
    odata = client(sap)
    batch = create_batch(odata, ["Batch 1", "Batch 2+Batch 3"])
    batch.add_request(odata.entity_sets.A_BusinessPartner.get_entities().top(3))
    answers = batch.execute()
    assert [len(answer) for answer in answers] == [1, 2, 3]
    assert answers[1][1].OrganizationBPName1 == "Batch 3"
    assert len(effects(sap, before, "create")) == 3
    assert unknown_requests(sap, before) == []
    assert sap.audit(before) == []


def test_a_batch_is_answered_with_202(sap):
    odata = client(sap)
    with sap.fault("batch.status"):
        with pytest.raises(HttpError):
            create_batch(odata, ["Wrong status"]).execute()


def test_a_failed_change_set_is_one_part(sap):
    odata = client(sap)
    before = sap.last()
    batch = create_batch(odata, ["Good+" + "n" * 41])
    with pytest.raises(HttpError) as failure:
        batch.execute()
    assert "single response" in str(failure.value)
    assert effects(sap, before) == []
    with sap.fault("batch.failedChangeSet"):
        with pytest.raises(Exception) as failure:
            create_batch(odata, ["Good+" + "n" * 41]).execute()
    assert "single response" not in str(failure.value)


def test_sales_orders(sap):
    odata = client(sap, ORDERS)
    created = odata.entity_sets.A_SalesOrder.create_entity().set(
        SalesOrderType="OR", SalesOrganization="1010", DistributionChannel="10",
        OrganizationDivision="00", SoldToParty="10100001",
        to_Item=[{"Material": "TG11", "RequestedQuantity": "2.5"}]).execute()
    items = odata.entity_sets.A_SalesOrderItem.get_entities()
    items = items.filter(f"SalesOrder eq '{created.SalesOrder}'").execute()
    quantities = [(item.SalesOrderItem, decimal.Decimal(item.RequestedQuantity)) for item in items]
    assert quantities == [("10", decimal.Decimal("2.5"))]
    answer = odata.functions.releaseApprovalRequest.parameter("SalesOrder", created.SalesOrder)
    assert answer.execute() is not None


def test_errors_name_the_property(sap):
    odata = client(sap)
    with pytest.raises(HttpError) as failure:
        new_partner(odata, "Long", BusinessPartnerIDByExtSystem="x" * 21).execute()
    error = failure.value.response.json()["error"]
    assert error["message"]["lang"] == "en"
    detail = error["innererror"]["errordetails"][0]
    assert detail["propertyref"] == "BusinessPartnerIDByExtSystem"
