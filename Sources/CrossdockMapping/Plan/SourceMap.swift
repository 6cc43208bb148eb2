internal import CrossdockData

/// Finds all values a plan reads from an object in one pass over its members.
///
/// A tree of the names and indexes that occur in paths; the number of a tree node is the slot in
/// which its value's tape number is left, -1 for absent.
///
/// - Ownership: points into memory of its own, freed in `deinit`.
final class SourceMap: @unchecked Sendable {
    /// A member that is looked for.
    struct Key: BitwiseCopyable {
        var hash: UInt32
        var slot: Int32
        var text: UnsafePointer<UInt8>
        var count: Int
    }

    struct Node: BitwiseCopyable {
        /// Buckets of the members looked for: numbers of keys plus one, 0 for empty.
        var buckets: UnsafePointer<UInt32>?
        var mask: UInt32
        var keys: UnsafePointer<Key>?
        var keyCount: Int32
        /// Keys whose values have parts that are read; they come first.
        var innerCount: Int32
        /// Elements looked for: position and slot, in order of position.
        var elements: UnsafePointer<Element>?
        var elementCount: Int32
    }

    struct Element: BitwiseCopyable {
        var position: Int32
        var slot: Int32
    }

    let slotCount: Int
    private let nodes: UnsafeMutablePointer<Node>
    private let owned: [UnsafeMutableRawPointer]

    fileprivate init(
        slotCount: Int, nodes: UnsafeMutablePointer<Node>, owned: [UnsafeMutableRawPointer]
    ) {
        self.slotCount = slotCount
        self.nodes = nodes
        self.owned = owned
    }

    deinit {
        nodes.deallocate()
        for memory in owned { memory.deallocate() }
    }

    /// Fills `slots` (all -1 before) from the value at `index`.
    @inline(__always)
    func resolve(_ view: JSONView, _ index: Int, _ slots: UnsafeMutablePointer<Int32>) {
        resolve(view, index, 0, slots)
    }

    private func resolve(
        _ view: JSONView, _ index: Int, _ number: Int, _ slots: UnsafeMutablePointer<Int32>
    ) {
        slots[number] = Int32(truncatingIfNeeded: index)
        let node = nodes[number]
        switch view.kind(index) {
        case .object:
            guard let buckets = node.buckets, let keys = node.keys else { return }
            findMembers(view, index, buckets, node.mask, keys, slots)
            for at in 0..<Int(node.innerCount) { descend(view, keys[at].slot, slots) }
        case .array:
            guard let elements = node.elements else { return }
            findElements(view, index, elements, Int(node.elementCount), slots)
            for at in 0..<Int(node.elementCount) { descend(view, elements[at].slot, slots) }
        default: return
        }
    }

    @inline(__always)
    private func descend(_ view: JSONView, _ slot: Int32, _ slots: UnsafeMutablePointer<Int32>) {
        let child = nodes[Int(slot)]
        guard child.keyCount > 0 || child.elementCount > 0, slots[Int(slot)] >= 0 else { return }
        resolve(view, Int(slots[Int(slot)]), Int(slot), slots)
    }

    /// The last member of a name wins, as an object that names it twice is read everywhere.
    @inline(__always)
    private func findMembers(
        _ view: JSONView, _ index: Int, _ buckets: UnsafePointer<UInt32>, _ mask: UInt32,
        _ keys: UnsafePointer<Key>, _ slots: UnsafeMutablePointer<Int32>
    ) {
        let end = view.next(index)
        var child = index &+ 1
        while child < end {
            let value = child &+ 1
            if view.isEscaped(child) {
                findEscaped(view, child, buckets, mask, keys, slots)
            } else {
                let hash = view.keyHash(child)
                var bucket = hash & mask
                while true {
                    let number = buckets[Int(bucket)]
                    if number == 0 { break }
                    let key = keys + Int(number &- 1)
                    if key.pointee.hash == hash,
                        TextBytes.equal(
                            view.text(child),
                            Bytes(start: key.pointee.text, count: key.pointee.count))
                    {
                        slots[Int(key.pointee.slot)] = Int32(truncatingIfNeeded: value)
                        break
                    }
                    bucket = (bucket &+ 1) & mask
                }
            }
            child = view.next(value)
        }
    }

    /// A name written with escapes: rare, so decoded and compared.
    @inline(never)
    private func findEscaped(
        _ view: JSONView, _ child: Int, _ buckets: UnsafePointer<UInt32>, _ mask: UInt32,
        _ keys: UnsafePointer<Key>, _ slots: UnsafeMutablePointer<Int32>
    ) {
        let name = JSONEscapes.decode(view.text(child))
        for bucket in 0...Int(mask) where buckets[bucket] > 0 {
            let key = keys[Int(buckets[bucket] - 1)]
            if key.count == name.count, (0..<key.count).allSatisfy({ key.text[$0] == name[$0] }) {
                slots[Int(key.slot)] = Int32(truncatingIfNeeded: child + 1)
            }
        }
    }

    private func findElements(
        _ view: JSONView, _ index: Int, _ elements: UnsafePointer<Element>, _ count: Int,
        _ slots: UnsafeMutablePointer<Int32>
    ) {
        let end = view.next(index)
        var child = index + 1
        var position: Int32 = 0
        var wanted = 0
        while child < end, wanted < count {
            if elements[wanted].position == position {
                slots[Int(elements[wanted].slot)] = Int32(truncatingIfNeeded: child)
                wanted += 1
            }
            position += 1
            child = view.next(child)
        }
    }
}

/// Collects the paths that a plan reads.
final class SourceMapBuilder {
    private struct Draft {
        var names: [(name: String, slot: Int)] = []
        var elements: [(position: Int, slot: Int)] = []
    }

    private var drafts = [Draft()]
    private(set) var paths: [FieldPath] = []

    /// The slot in which the value of the path will be found.
    func slot(of path: FieldPath) -> Int32 {
        var node = 0
        for step in path.steps {
            switch step {
            case .name(let name):
                let known = drafts[node].names.first {
                    $0.name.utf8.elementsEqual(name.utf8)
                }
                node = known?.slot ?? addName(name, to: node)
            case .index(let position):
                let known = drafts[node].elements.first { $0.position == position }
                node = known?.slot ?? addElement(position, to: node)
            }
        }
        if !paths.contains(path) { paths.append(path) }
        return Int32(node)
    }

    private func hasParts(_ slot: Int) -> Bool {
        !drafts[slot].names.isEmpty || !drafts[slot].elements.isEmpty
    }

    private func addName(_ name: String, to node: Int) -> Int {
        drafts.append(Draft())
        drafts[node].names.append((name, drafts.count - 1))
        return drafts.count - 1
    }

    private func addElement(_ position: Int, to node: Int) -> Int {
        drafts.append(Draft())
        drafts[node].elements.append((position, drafts.count - 1))
        return drafts.count - 1
    }

    func build(_ pool: LiteralPool) -> SourceMap {
        let nodes = UnsafeMutablePointer<SourceMap.Node>.allocate(capacity: drafts.count)
        var owned: [UnsafeMutableRawPointer] = []
        for (at, draft) in drafts.enumerated() {
            (nodes + at).initialize(to: node(draft, pool, &owned))
        }
        return SourceMap(slotCount: drafts.count, nodes: nodes, owned: owned)
    }

    private func node(
        _ draft: Draft, _ pool: LiteralPool, _ owned: inout [UnsafeMutableRawPointer]
    ) -> SourceMap.Node {
        var node = SourceMap.Node(
            buckets: nil, mask: 0, keys: nil, keyCount: 0, innerCount: 0, elements: nil,
            elementCount: 0)
        if !draft.names.isEmpty {
            var size = 8
            while size < draft.names.count * 4 { size *= 2 }
            let keys = UnsafeMutablePointer<SourceMap.Key>.allocate(capacity: draft.names.count)
            let buckets = UnsafeMutablePointer<UInt32>.allocate(capacity: size)
            buckets.initialize(repeating: 0, count: size)
            let inner = draft.names.filter { hasParts($0.slot) }
            let plain = draft.names.filter { !hasParts($0.slot) }
            node.innerCount = Int32(inner.count)
            for (at, entry) in (inner + plain).enumerated() {
                let text = pool.bytes(entry.name)
                let hash = JSONView.hash(of: text)
                (keys + at).initialize(
                    to: SourceMap.Key(
                        hash: hash, slot: Int32(entry.slot),
                        text: text.baseAddress ?? Piece.null.base, count: text.count))
                var bucket = Int(hash) & (size - 1)
                while buckets[bucket] != 0 { bucket = (bucket + 1) & (size - 1) }
                buckets[bucket] = UInt32(at + 1)
            }
            owned += [UnsafeMutableRawPointer(keys), UnsafeMutableRawPointer(buckets)]
            node.keys = UnsafePointer(keys)
            node.buckets = UnsafePointer(buckets)
            node.mask = UInt32(size - 1)
            node.keyCount = Int32(draft.names.count)
        }
        if !draft.elements.isEmpty {
            let sorted = draft.elements.sorted { $0.position < $1.position }
            let memory = UnsafeMutablePointer<SourceMap.Element>.allocate(capacity: sorted.count)
            for (at, element) in sorted.enumerated() {
                (memory + at).initialize(
                    to: SourceMap.Element(
                        position: Int32(element.position), slot: Int32(element.slot)))
            }
            owned.append(UnsafeMutableRawPointer(memory))
            node.elements = UnsafePointer(memory)
            node.elementCount = Int32(sorted.count)
        }
        return node
    }
}
