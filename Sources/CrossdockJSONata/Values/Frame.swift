/// The variables of a block or a call, inside those around it.
final class Frame {
    let parent: Frame?
    private var names: [String]
    private var values: [Datum]
    /// How many frames and functions lie inside each other here.
    private(set) var nesting: UInt16

    init(parent: Frame?) {
        self.parent = parent
        names = []
        values = []
        nesting = (parent?.nesting ?? 0) &+ 1
    }

    /// The frame of a call. Arguments beyond the parameters are dropped, missing ones undefined.
    init(parent: Frame, parameters: [String], arguments: [Datum]) {
        self.parent = parent
        names = parameters
        values = arguments
        if values.count > names.count { values.removeLast(values.count - names.count) }
        while values.count < names.count { values.append(.undefined) }
        var traits = Traits.list
        traits.include(values)
        nesting = max(parent.nesting &+ 1, traits.nesting)
    }

    /// The frame of one tuple.
    init(parent: Frame, tuple: Tuple) {
        self.parent = parent
        names = tuple.bindings.map(\.name)
        values = tuple.bindings.map(\.value)
        nesting = parent.nesting &+ 1
    }

    /// The variable's value, here or in a frame around; nil when nothing binds it.
    func lookup(_ name: String) -> Datum? {
        var frame = self
        while true {
            // The last one wins where two parameters have the same name.
            var at = frame.names.count
            while at > 0 {
                at &-= 1
                if frame.names[at] == name { return frame.values[at] }
            }
            guard let parent = frame.parent else { return nil }
            frame = parent
        }
    }

    /// Binds a variable in this frame.
    ///
    /// - Returns: Whether the value holds a function, which may hold this frame in turn.
    @discardableResult
    func bind(_ name: String, _ value: Datum) -> Bool {
        var traits = Traits.list
        traits.include(value)
        nesting = max(nesting, traits.nesting)
        if let at = names.lastIndex(of: name) {
            values[at] = value
        } else {
            names.append(name)
            values.append(value)
        }
        return traits.hasFunction
    }

    /// Lets go of the values, to break cycles once the result was taken.
    func clear() {
        names = []
        values = []
    }
}
