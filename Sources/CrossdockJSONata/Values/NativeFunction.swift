/// A function of the library.
final class NativeFunction: Sendable {
    typealias Body = @Sendable (NativeCall) throws(JSONataError) -> Datum

    let name: String
    let signature: Signature
    /// How many arguments `$map` and its like pass at most.
    let arity: Int
    /// How many parameters partial application counts.
    let parameters: Int
    let body: Body

    init(
        _ name: String, _ signature: String, arity: Int? = nil, parameters: Int,
        _ body: @escaping Body
    ) {
        self.name = name
        self.signature = Signature(library: signature)
        self.parameters = parameters
        self.arity = arity ?? parameters
        self.body = body
    }
}

/// What a library function is called with.
struct NativeCall {
    let run: Evaluation
    let arguments: [Datum]
    let input: Datum
    let frame: Frame

    /// An argument, undefined where not given.
    subscript(place: Int) -> Datum {
        place < arguments.count ? arguments[place] : .undefined
    }

    func text(_ place: Int) -> String? { self[place].text }
    func number(_ place: Int) -> Double? { self[place].double }

    /// Calls a function given as an argument with as many of `arguments` as it takes, at least one.
    func call(
        _ function: Datum, _ first: Datum, _ second: @autoclosure () -> Datum,
        _ third: @autoclosure () -> Datum
    ) throws(JSONataError) -> Datum {
        let arity = function.arity
        var arguments = [first]
        if arity >= 2 { arguments.append(second()) }
        if arity >= 3 { arguments.append(third()) }
        return try run.apply(function, arguments, input: .undefined, frame: frame)
    }
}
