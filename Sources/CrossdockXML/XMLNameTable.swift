internal import CXML2

/// Finds names again by the three pointers that the parser gives for them.
///
/// The parser keeps each text of a name once, so equal names have equal pointers. The keys are not chosen by
/// whoever wrote the document, so a plain hash is enough.
struct XMLNameTable {
    struct Key: Equatable {
        let localName: UInt
        let prefix: UInt
        let namespace: UInt

        init(
            _ localName: UnsafePointer<xmlChar>?, _ prefix: UnsafePointer<xmlChar>?,
            _ namespace: UnsafePointer<xmlChar>?
        ) {
            self.localName = UInt(bitPattern: localName)
            self.prefix = UInt(bitPattern: prefix)
            self.namespace = UInt(bitPattern: namespace)
        }

        fileprivate var hash: Int {
            let mixed = (localName ^ prefix << 21 ^ namespace << 42) &* 0x9E37_79B9_7F4A_7C15
            return Int(truncatingIfNeeded: mixed >> 20)
        }
    }

    private struct Slot {
        var key: Key
        /// Plus one; 0 marks a free slot.
        var value: UInt32
    }

    private static let free = Slot(key: Key(nil, nil, nil), value: 0)

    private var slots: [Slot] = []
    private var count = 0

    subscript(key: Key) -> UInt32? {
        guard !slots.isEmpty else { return nil }
        let slot = slots[place(of: key)]
        return slot.value == 0 ? nil : slot.value - 1
    }

    mutating func insert(_ key: Key, _ value: UInt32) {
        if count * 2 >= slots.count { grow() }
        slots[place(of: key)] = Slot(key: key, value: value + 1)
        count += 1
    }

    mutating func removeAll() {
        guard count > 0 else { return }
        slots = Array(repeating: Self.free, count: min(slots.count, 64))
        count = 0
    }

    /// Where the key is, or would be.
    private func place(of key: Key) -> Int {
        let mask = slots.count - 1
        var at = key.hash & mask
        while slots[at].value != 0, slots[at].key != key { at = (at + 1) & mask }
        return at
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Self.free, count: max(32, old.count * 2))
        for slot in old where slot.value != 0 { slots[place(of: slot.key)] = slot }
    }
}
