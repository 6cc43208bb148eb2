/// A query whose names were found, ready to run.
struct QueryPlan {
    struct Order {
        let path: ResolvedPath
        let isDescending: Bool
        let nullsFirst: Bool
    }

    struct Column {
        enum Source {
            case group(ResolvedPath)
            case aggregate(SOQLQuery.Function, ResolvedPath?)
        }

        let name: String
        let source: Source
    }

    let object: SObjectType
    var projection = Projection()
    var predicate: Predicate?
    var orders: [Order] = []
    var limit: Int?
    var offset = 0
    /// `SELECT COUNT()`: the number alone.
    var isCount = false
    /// Of a query with aggregates: what each result row shows.
    var columns: [Column] = []
    var groups: [ResolvedPath] = []
}
