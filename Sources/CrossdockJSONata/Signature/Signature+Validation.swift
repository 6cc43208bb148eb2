extension Signature {
    /// Checks arguments, wraps single values where an array is due, fills in the context.
    func validated(
        _ arguments: [Datum], context: Datum, run: Evaluation
    ) throws(JSONataError) -> [Datum] {
        if let quick = quickly(arguments) { return quick }
        let letters = arguments.map(Self.letter)
        guard let takes = match(letters) else { throw mismatch(letters, arguments, run) }
        var result: [Datum] = []
        var at = 0
        for (parameter, count) in zip(parameters, takes) {
            if count == 0 {
                guard parameter.takesContext else {
                    result.append(at < arguments.count ? arguments[at] : .undefined)
                    at += 1
                    continue
                }
                guard parameter.accepts(Self.letter(context)) else {
                    throw run.failure("T0411", value: context, index: at + 1)
                }
                result.append(context)
                continue
            }
            for _ in 0..<count {
                let argument = at < arguments.count ? arguments[at] : .undefined
                result.append(try fitted(argument, to: parameter, at: at, run: run))
                at += 1
            }
        }
        return result
    }

    /// The arguments as they are, when each plainly fits its parameter.
    private func quickly(_ arguments: [Datum]) -> [Datum]? {
        guard arguments.count == parameters.count else { return nil }
        for (argument, parameter) in zip(arguments, parameters) {
            if parameter.repeats || parameter.isArray { return nil }
            guard parameter.accepts(Self.letter(argument)) else { return nil }
        }
        return arguments
    }

    /// How many arguments each parameter takes; earlier parameters take what they can.
    private func match(_ letters: [UInt8]) -> [Int]? {
        func attempt(_ parameter: Int, _ at: Int) -> [Int]? {
            guard parameter < parameters.count else { return at == letters.count ? [] : nil }
            let expected = parameters[parameter]
            var most = 0
            let cap = expected.repeats ? letters.count - at : 1
            while most < cap, at + most < letters.count, expected.accepts(letters[at + most]) {
                most += 1
            }
            var count = most
            while count >= (expected.isOptional ? 0 : 1) {
                if let rest = attempt(parameter + 1, at + count) { return [count] + rest }
                count -= 1
            }
            return nil
        }
        return attempt(0, 0)
    }

    private func mismatch(
        _ letters: [UInt8], _ arguments: [Datum], _ run: Evaluation
    ) -> JSONataError {
        // The first argument that the parameters so far cannot take.
        var good = 0
        for count in 1...max(1, parameters.count) where count <= parameters.count {
            guard let reach = longest(Array(parameters[..<count]), letters) else { break }
            good = reach
        }
        let value = good < arguments.count ? arguments[good] : .undefined
        return run.failure("T0410", value: value, index: good + 1)
    }

    /// How many letters a run of parameters takes from the start; nil when it cannot match.
    private func longest(_ parameters: [Parameter], _ letters: [UInt8]) -> Int? {
        func attempt(_ parameter: Int, _ at: Int) -> Int? {
            guard parameter < parameters.count else { return at }
            let expected = parameters[parameter]
            var most = 0
            let cap = expected.repeats ? letters.count - at : 1
            while most < cap, at + most < letters.count, expected.accepts(letters[at + most]) {
                most += 1
            }
            var count = most
            while count >= (expected.isOptional ? 0 : 1) {
                if let end = attempt(parameter + 1, at + count) { return end }
                count -= 1
            }
            return nil
        }
        return attempt(0, 0)
    }

    private func fitted(
        _ argument: Datum, to parameter: Parameter, at place: Int, run: Evaluation
    ) throws(JSONataError) -> Datum {
        guard parameter.isArray, !argument.isUndefined else { return argument }
        if !parameter.element.isEmpty, !hasElements(argument, of: parameter) {
            throw run.failure(
                "T0412", value: argument, other: Self.plural(parameter.element), index: place + 1)
        }
        return argument.isArray ? argument : run.list([argument])
    }

    private func hasElements(_ argument: Datum, of parameter: Parameter) -> Bool {
        guard argument.isArray else { return parameter.element == [Self.letter(argument)] }
        if case .range = argument { return parameter.element.first == UInt8(ascii: "n") }
        guard let first = argument.element(at: 0) else { return true }
        let letter = Self.letter(first)
        guard letter == parameter.element.first else { return false }
        var isSame = true
        try? argument.forEachElement { item in
            if isSame, Self.letter(item) != letter { isSame = false }
        }
        return isSame
    }

    private static func letter(_ value: Datum) -> UInt8 {
        switch value.kind {
        case .undefined: UInt8(ascii: "m")
        case .null: UInt8(ascii: "l")
        case .boolean: UInt8(ascii: "b")
        case .number: UInt8(ascii: "n")
        case .string: UInt8(ascii: "s")
        case .array: UInt8(ascii: "a")
        case .object: UInt8(ascii: "o")
        case .function: UInt8(ascii: "f")
        }
    }

    private static func plural(_ element: [UInt8]) -> String {
        switch element.first {
        case UInt8(ascii: "a"): "arrays"
        case UInt8(ascii: "b"): "booleans"
        case UInt8(ascii: "f"): "functions"
        case UInt8(ascii: "n"): "numbers"
        case UInt8(ascii: "o"): "objects"
        case UInt8(ascii: "s"): "strings"
        default: "values of one type"
        }
    }
}
