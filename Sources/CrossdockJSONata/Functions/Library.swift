/// The functions every expression finds, by name without `$`.
enum Library {
    static let all: [NativeFunction] =
        aggregation + strings + encodings + matching + numbers + logic + lists + objects
        + higherOrder + dates + [eval]

    static let functions: [String: NativeFunction] = Dictionary(
        uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// `$eval(text, context)`: compiles and evaluates text. Not there where options forbid it.
    static let eval = NativeFunction("eval", "<sx?:x>", parameters: 2) {
        call throws(JSONataError) in
        guard let source = call.text(0) else { return .undefined }
        var input = call.input
        if !call[1].isUndefined {
            input = call[1].isArray ? call.run.outerWrapped(call[1]) : call[1]
        }
        try call.run.charge(size: source.utf8.count * 64)
        let node: Node
        do throws(JSONataError) { node = try Analyzer.compile(try Parser.parse(source)) } catch {
            if error.jsonataCode == "U1001" { throw error }
            throw JSONataError("D3120", details: JSONataDetails(value: "\"\(error.reason)\""))
        }
        do throws(JSONataError) {
            return try call.run.evaluate(node, input, call.frame)
        } catch {
            // A limit stays a limit, however deep it was reached.
            if error.jsonataCode == "U1001" { throw error }
            throw JSONataError("D3121", details: JSONataDetails(value: "\"\(error.reason)\""))
        }
    }
}

extension Evaluation {
    /// A list as the one input of an expression, so that it is not iterated over.
    func outerWrapped(_ list: Datum) -> Datum {
        var traits = Traits.sequence
        traits.isOuterWrapper = true
        return .array([list], traits)
    }
}
