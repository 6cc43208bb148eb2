internal import CrossdockHTTP
internal import CrossdockSettings

/// What may be set behind the `?` of a `sap:` address.
struct SAPOptions: Settings {
    enum Operation: String, SettingChoice {
        case read, changes, create, update, upsert, delete, batch, function
    }
    enum ProtocolVersion: String, SettingChoice {
        case v2, v4
    }
    enum Deletes: String, SettingChoice {
        case ignore, emit
    }

    @Setting("What to do.")
    var operation: Operation
    @Setting("The version of OData the service speaks.", name: "protocol")
    var version = ProtocolVersion.v2
    @Setting("The connection of crossdock.yaml to use; the one named sap when absent.")
    var connection: String?
    @Setting("The client of the SAP system.", name: "sap-client", example: "100")
    var client: String?
    @Setting("The language of texts and messages.", name: "sap-language", example: "EN")
    var language: String?

    @Setting("The key of one entity, where the body does not have it.", example: "1000001")
    var key: String?
    @Setting(
        "The field that tells whether a record is there already.",
        example: "BusinessPartnerIDByExtSystem")
    var matchOn: String?
    @Setting("The function import to call.")
    var function: String?
    @Setting("Which entities to read.", name: "$filter")
    var filter: String?
    @Setting("Which fields to read.", name: "$select")
    var select: String?
    @Setting("What to read along.", name: "$expand")
    var expand: String?
    @Setting("In which order to read.", name: "$orderby")
    var orderBy: String?
    @Setting("How many entities to read at most.", name: "$top", unit: .records)
    var top: Int?

    @Setting("Whether writes that are under way at the same time share a $batch.")
    var gather = true
    @Setting("How long a write waits for company.")
    var lingerMillis: Duration = .milliseconds(5)
    @Setting("The most records of one $batch.", in: 1...500, unit: .records)
    var gatherSize = 50
    @Setting("The most shared calls at a time.", in: 1...16)
    var concurrentCalls = 4

    @Setting("The fields to read, separated by commas; all when absent.")
    var fields: [String] = []
    @Setting("A further condition, in OData.", example: "BusinessPartnerCategory eq '2'")
    var `where`: String?
    @Setting("The wait between two looks that brought nothing new.")
    var delay: Duration = .seconds(5)
    @Setting("How far reading stays behind the system's clock, for rows that become visible late.")
    var lag: Duration = .seconds(2)
    @Setting("How far back is read again now and then, for rows that became visible later still.")
    var lookback: Duration = .seconds(600)
    @Setting("Where reading starts the first time: beginning, now, or a point in time.")
    var startFrom = StartFrom.beginning
    @Setting("What becomes of deleted records. These services do not tell: only ignore is offered.")
    var deletes = Deletes.ignore
    @Setting("Records of one page.", in: 1...5_000, unit: .records)
    var pageSize = 1_000
    @Setting("How many exchanges are under way at most.", in: 1...100_000, unit: .messages)
    var maxInFlight = 1_600
    @Setting("Fields that the hub itself writes: they do not count when a row is its own echo.")
    var writtenFields: [String] = []

    init() {}

    func validate() throws {
        if version == .v4 { throw SettingProblem("protocol=v4 is not offered yet") }
        if operation == .upsert, matchOn == nil {
            throw SettingProblem(
                "operation=upsert needs 'matchOn', the field that identifies a record")
        }
        if operation == .function, function == nil {
            throw SettingProblem("operation=function needs 'function', the name of the import")
        }
        if deletes == .emit { throw SettingProblem("deletes=emit is not offered for OData V2") }
    }
}
