internal import CrossdockData

/// An object made by an expression. Its members keep the order in which they were set.
///
/// A reference: a transform changes the objects its pattern finds where they stand.
final class Record {
    private(set) var names: [String] = []
    private(set) var values: [Datum] = []
    private(set) var traits: Traits = .list
    // Built once there are more members than a scan is good for.
    private var places: [Texts.Key: Int]?

    private static let indexedFrom = 12

    init() {}

    /// The members of an object on a tape; the last one where it names a member twice.
    init(_ node: JSONNode) {
        names.reserveCapacity(node.count)
        values.reserveCapacity(node.count)
        for (name, value) in node.members { self[name] = Datum(value) }
    }

    subscript(name: String) -> Datum? {
        get { place(of: name).map { values[$0] } }
        set {
            switch (place(of: name), newValue) {
            case (let at?, let value?):
                values[at] = value
                traits.include(value)
            case (let at?, nil): remove(at: at)
            case (nil, let value?): append(name, value)
            case (nil, nil): break
            }
        }
    }

    private func append(_ name: String, _ value: Datum) {
        names.append(name)
        values.append(value)
        traits.include(value)
        if places != nil {
            places?[Texts.Key(name)] = names.count - 1
        } else if names.count >= Self.indexedFrom {
            index()
        }
    }

    private func remove(at place: Int) {
        names.remove(at: place)
        values.remove(at: place)
        if places != nil { index() }
    }

    private func index() {
        var fresh: [Texts.Key: Int] = [:]
        for (at, name) in names.enumerated() { fresh[Texts.Key(name)] = at }
        places = fresh
    }

    private func place(of name: String) -> Int? {
        if let places { return places[Texts.Key(name)] }
        return names.firstIndex { Texts.same($0, name) }
    }

    /// Lets go of the members, to break cycles once the result was taken.
    func clear() {
        names = []
        values = []
        places = nil
    }
}
