internal import CrossdockData

/// Finds many fields of a record in one pass over its members.
///
/// The paths are compiled to a tree of hash tables, so the work does not grow with the number of
/// fields wanted, only with the number of members present.
struct FieldLocator: Sendable {
    private struct Entry: Sendable {
        var hash: UInt32
        var name: Range<Int>
        /// The first wanted field that ends here; −1 when the path goes on.
        var field: Int32
        /// The table of the members below; −1 when there is none.
        var child: Int32
    }

    private struct Table: Sendable {
        var start: Int
        /// A power of two, less one; −1 for a table of list elements.
        var mask: Int
        var elements: [(place: Int, field: Int32, child: Int32)] = []
    }

    private var entries: [Entry] = []
    private var tables: [Table] = []
    private var names: [UInt8] = []
    /// Fields that stand at the same place: each leads to the next.
    private var next: [Int32]

    /// - Parameter paths: The wanted fields, in order; nil for one that is not a field.
    init(_ paths: [FieldPath?]) {
        next = [Int32](repeating: -1, count: paths.count)
        let root = Branch()
        for (field, path) in paths.enumerated() {
            guard let path else { continue }
            var branch = root
            for segment in path.segments { branch = branch.child(segment) }
            branch.fields.append(field)
        }
        _ = compile(root)
    }

    /// The tree while it is built.
    private final class Branch {
        var members: [(name: String, branch: Branch)] = []
        var elements: [(place: Int, branch: Branch)] = []
        var fields: [Int] = []

        func child(_ segment: FieldPath.Segment) -> Branch {
            switch segment {
            case .member(let name):
                if let found = members.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
                    return found.branch
                }
                members.append((name, Branch()))
                return members[members.count - 1].branch
            case .element(let place):
                if let found = elements.first(where: { $0.place == place }) { return found.branch }
                elements.append((place, Branch()))
                return elements[elements.count - 1].branch
            }
        }
    }

    private mutating func compile(_ branch: Branch) -> Int32 {
        let number = tables.count
        var size = 2
        while size < branch.members.count * 2 { size *= 2 }
        let start = entries.count
        tables.append(Table(start: start, mask: size - 1))
        let free = Entry(hash: 0, name: 0..<0, field: -1, child: -1)
        entries.append(contentsOf: repeatElement(free, count: size))
        for (name, below) in branch.members {
            let hash = JSONView.hash(of: name.utf8)
            var slot = Int(hash) & (size - 1)
            while entries[start + slot].field >= 0 || entries[start + slot].child >= 0 {
                slot = (slot + 1) & (size - 1)
            }
            let from = names.count
            names.append(contentsOf: name.utf8)
            entries[start + slot] = Entry(
                hash: hash, name: from..<names.count, field: chain(below.fields), child: -1)
            // A slot counts as taken from here on, even where only a child will fill it.
            if below.fields.isEmpty { entries[start + slot].child = Int32(tables.count) }
            if !below.members.isEmpty || !below.elements.isEmpty {
                entries[start + slot].child = compile(below)
            }
        }
        for (place, below) in branch.elements {
            let child = below.members.isEmpty && below.elements.isEmpty ? -1 : compile(below)
            tables[number].elements.append((place, chain(below.fields), child))
        }
        return Int32(number)
    }

    private mutating func chain(_ fields: [Int]) -> Int32 {
        for (field, following) in zip(fields, fields.dropFirst()) { next[field] = Int32(following) }
        return fields.first.map(Int32.init) ?? -1
    }

    /// Writes where each field stands on the tape.
    ///
    /// - Parameter positions: One per field; −1 for one that is absent.
    func locate(_ view: JSONView, _ object: Int, into positions: UnsafeMutablePointer<Int32>) {
        for field in next.indices { positions[field] = -1 }
        entries.withUnsafeBufferPointer { entries in
            names.withUnsafeBufferPointer { names in
                visit(0, view, object, entries, names, positions)
            }
        }
    }

    private func visit(
        _ table: Int, _ view: JSONView, _ value: Int, _ entries: UnsafeBufferPointer<Entry>,
        _ names: UnsafeBufferPointer<UInt8>, _ positions: UnsafeMutablePointer<Int32>
    ) {
        let table = tables[table]
        switch view.kind(value) {
        case .object:
            var key = value + 1
            let end = view.next(value)
            while key + 1 < end {
                if let entry = find(key, table, view, entries, names) {
                    take(entry.field, entry.child, view, key + 1, entries, names, positions)
                }
                key = view.next(key + 1)
            }
        case .array where !table.elements.isEmpty:
            var element = value + 1
            let end = view.next(value)
            var place = 0
            while element < end {
                for wanted in table.elements where wanted.place == place {
                    take(wanted.field, wanted.child, view, element, entries, names, positions)
                }
                place += 1
                element = view.next(element)
            }
        default: break
        }
    }

    private func take(
        _ field: Int32, _ child: Int32, _ view: JSONView, _ value: Int,
        _ entries: UnsafeBufferPointer<Entry>, _ names: UnsafeBufferPointer<UInt8>,
        _ positions: UnsafeMutablePointer<Int32>
    ) {
        var field = field
        while field >= 0 {
            positions[Int(field)] = Int32(truncatingIfNeeded: value)
            field = next[Int(field)]
        }
        if child >= 0 { visit(Int(child), view, value, entries, names, positions) }
    }

    @inline(__always)
    private func find(
        _ key: Int, _ table: Table, _ view: JSONView, _ entries: UnsafeBufferPointer<Entry>,
        _ names: UnsafeBufferPointer<UInt8>
    ) -> Entry? {
        guard !view.isEscaped(key) else {
            let name = JSONEscapes.decode(view.text(key))
            let hash = JSONView.hash(of: name)
            return name.withUnsafeBufferPointer { Self.probe(hash, $0, table, entries, names) }
        }
        return Self.probe(view.keyHash(key), view.text(key), table, entries, names)
    }

    @inline(__always)
    private static func probe(
        _ hash: UInt32, _ name: UnsafeBufferPointer<UInt8>, _ table: Table,
        _ entries: UnsafeBufferPointer<Entry>, _ names: UnsafeBufferPointer<UInt8>
    ) -> Entry? {
        var slot = Int(hash) & table.mask
        while true {
            let entry = entries[table.start + slot]
            if entry.field < 0, entry.child < 0 { return nil }
            if entry.hash == hash, entry.name.count == name.count,
                Bytes.areEqual(UnsafeBufferPointer(rebasing: names[entry.name]), name)
            {
                return entry
            }
            slot = (slot + 1) & table.mask
        }
    }
}
