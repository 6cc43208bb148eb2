internal import CrossdockData

/// What of a record an answer shows, as a tree of the objects that are reached from it.
struct Projection {
    indirect enum Part {
        case field(SObjectField)
        case parent(SObjectField, Projection)
        case children(name: String, ChildQuery)
    }

    /// A query inside the select list.
    struct ChildQuery {
        let plan: QueryPlan
        /// The field of the children that refers to the parent.
        let reference: SObjectField
    }

    private(set) var parts: [Part] = []

    /// - Throws: ``SOQLError`` for a field that is there already.
    mutating func add(_ path: ResolvedPath, at position: Int) throws(SOQLError) {
        guard insert(path.steps[...], path.field) else {
            throw .malformed("duplicate field selected: \(path.name)", at: position)
        }
    }

    mutating func add(_ name: String, _ children: ChildQuery) {
        parts.append(.children(name: name, children))
    }

    private mutating func insert(_ steps: ArraySlice<SObjectField>, _ field: SObjectField) -> Bool {
        guard let step = steps.first else {
            for case .field(let other) in parts where other.name == field.name { return false }
            parts.append(.field(field))
            return true
        }
        for (at, part) in parts.enumerated() {
            guard case .parent(let reference, var inner) = part, reference.name == step.name else {
                continue
            }
            guard inner.insert(steps.dropFirst(), field) else { return false }
            parts[at] = .parent(reference, inner)
            return true
        }
        var inner = Projection()
        guard inner.insert(steps.dropFirst(), field) else { return false }
        parts.append(.parent(step, inner))
        return true
    }

    /// Writes a record with its `attributes`.
    ///
    /// - Parameter root: `/services/data/v59.0`.
    func write(
        _ row: RecordRow, root: String, engine: QueryEngine, to output: inout [UInt8]
    ) {
        output += #"{"attributes":{"type":""#.utf8
        output += row.type.name.utf8
        output += #"","url":""#.utf8
        output += "\(root)/sobjects/\(row.type.name)/\(row.record.key)\"}".utf8
        for part in parts {
            output.append(UInt8(ascii: ","))
            switch part {
            case .field(let field):
                Self.key(field.name, to: &output)
                // A reference to several objects was resolved in the first of them.
                if let own = row.type.field(field.name) {
                    row.write(own, to: &output)
                } else {
                    output += "null".utf8
                }
            case .parent(let reference, let inner):
                Self.key(reference.relationshipName ?? reference.name, to: &output)
                if let own = row.type.field(reference.name), let id = row.reference(own),
                    let parent = engine.reader.row(id: id)
                {
                    inner.write(parent, root: root, engine: engine, to: &output)
                } else {
                    output += "null".utf8
                }
            case .children(let name, let query):
                Self.key(name, to: &output)
                engine.writeChildren(query, of: row.record.key, root: root, to: &output)
            }
        }
        output.append(UInt8(ascii: "}"))
    }

    private static func key(_ name: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        output += name.utf8
        output += [UInt8(ascii: "\""), UInt8(ascii: ":")]
    }
}
