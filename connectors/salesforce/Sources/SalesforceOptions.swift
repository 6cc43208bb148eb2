internal import CrossdockHTTP
internal import CrossdockSettings

/// What may be set behind the `?` of a `salesforce:` address. Names are Camel's where Camel has the
/// option.
struct SalesforceOptions: Settings {
    enum Mode: String, SettingChoice {
        case poll, bulk, events, auto
    }
    enum Deletes: String, SettingChoice {
        case ignore, emit
    }

    @Setting("The connection of crossdock.yaml to use; the one named salesforce when absent.")
    var connection: String?
    @Setting("The object.", example: "Account")
    var sObjectName: String?
    @Setting("The external id field that identifies a record.", example: "CustomerNumber__c")
    var sObjectIdName: String?
    @Setting("Id or external id of one record, where the body does not name it.")
    var sObjectIdValue: String?
    @Setting("The fields to read, separated by commas; all when absent.")
    var sObjectFields: [String] = []
    @Setting("A SOQL query; the body when absent.", example: "SELECT Id, Name FROM Account")
    var sObjectQuery: String?
    @Setting("The version of the API.", example: "v60.0")
    var apiVersion: String?
    @Setting("Whether all records of a collection are rolled back when one fails.")
    var allOrNone = false

    @Setting("Whether writes that are under way at the same time share calls.")
    var gather = true
    @Setting("How long a write waits for company.")
    var lingerMillis: Duration = .milliseconds(5)
    @Setting("The most records of one shared call.", in: 1...200, unit: .records)
    var gatherSize = 200
    @Setting("The most shared calls at a time.", in: 1...25)
    var concurrentCalls = 4

    @Setting("How changes are read.")
    var mode = Mode.auto
    @Setting("The fields to read, separated by commas; all when absent.")
    var fields: [String] = []
    @Setting("A further condition, in SOQL.", example: "Type = 'Customer'")
    var `where`: String?
    @Setting("The wait between two looks that brought nothing new.")
    var delay: Duration = .seconds(5)
    @Setting("How far reading stays behind the org's clock, for rows that become visible late.")
    var lag: Duration = .seconds(2)
    @Setting("How far back is read again now and then, for rows that became visible later still.")
    var lookback: Duration = .seconds(600)
    @Setting("Where reading starts the first time: beginning, now, or a point in time.")
    var startFrom = StartFrom.beginning
    @Setting("What becomes of deleted records.")
    var deletes = Deletes.ignore
    @Setting("Records of one page.", in: 200...2_000, unit: .records)
    var pageSize = 2_000
    @Setting("How many exchanges are under way at most.", in: 1...100_000, unit: .messages)
    var maxInFlight = 1_600
    @Setting("Fields that the hub itself writes: they do not count when a row is its own echo.")
    var writtenFields: [String] = []
    @Setting("The share of the day's calls that reading leaves to others.", in: 0...1)
    var budgetReserve = 0.05

    init() {}

    func validate() throws {
        if mode == .bulk || mode == .events {
            throw SettingProblem("mode=\(mode.rawValue) is not offered yet; use mode=poll")
        }
    }
}
