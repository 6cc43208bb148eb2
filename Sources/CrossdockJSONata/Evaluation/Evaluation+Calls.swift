extension Evaluation {
    /// Carries out a call as written. `first` comes before the arguments: the left side of `~>`.
    func call(
        _ node: CallNode, _ input: Datum, _ frame: Frame, first: Datum? = nil
    ) throws(JSONataError) -> Datum {
        let function = try evaluate(node.procedure, input, frame)
        if function.isUndefined, isFunctionName(node.procedure, frame) {
            throw failure("T1005", at: node.position, token: node.name)
        }
        let arguments = try self.arguments(of: node, input, frame, first: first)
        do {
            return try apply(
                function, arguments, input: input, frame: frame,
                call: (node.position, node.name))
        } catch {
            throw error.completed(position: node.position, token: node.name)
        }
    }

    private func arguments(
        of node: CallNode, _ input: Datum, _ frame: Frame, first: Datum? = nil
    ) throws(JSONataError) -> [Datum] {
        var result: [Datum] = []
        result.reserveCapacity(node.arguments.count + 1)
        if let first { result.append(first) }
        for argument in node.arguments { result.append(try evaluate(argument, input, frame)) }
        return result
    }

    /// Calls a function, and what it ends with calling, and so on.
    func apply(
        _ function: Datum, _ arguments: [Datum], input: Datum, frame: Frame,
        call: (position: Int, name: String?)? = nil
    ) throws(JSONataError) -> Datum {
        var function = function
        var arguments = arguments
        var call = call
        try beginCall()
        while true {
            let result: Datum
            do { result = try invoke(function, arguments, input, frame) } catch {
                guard function.isFunction else { throw error }
                throw error.leaving(callAt: call?.position, token: call?.name)
            }
            guard case .tailCall(let next) = result else {
                endCall()
                return result
            }
            try charge(steps: 1)
            function = try evaluate(next.node.procedure, next.input, next.frame)
            if function.isUndefined, isFunctionName(next.node.procedure, next.frame) {
                throw failure("T1005", at: next.node.position, token: next.node.name)
            }
            call = (next.node.position, next.node.name)
            arguments = try self.arguments(of: next.node, next.input, next.frame)
        }
    }

    private func invoke(
        _ function: Datum, _ arguments: [Datum], _ input: Datum, _ frame: Frame
    ) throws(JSONataError) -> Datum {
        switch function {
        case .native(let native):
            let valid = try native.signature.validated(arguments, context: input, run: self)
            return try native.body(
                NativeCall(run: self, arguments: valid, input: input, frame: frame))
        case .function(let function):
            return try invoke(function, arguments, input, frame)
        default: throw failure("T1006")
        }
    }

    private func invoke(
        _ function: Function, _ arguments: [Datum], _ input: Datum, _ frame: Frame
    ) throws(JSONataError) -> Datum {
        switch function.kind {
        case .lambda(let node, let context, let outer):
            var arguments = arguments
            if let signature = node.signature {
                arguments = try signature.validated(arguments, context: input, run: self)
            }
            let inner = Frame(parent: outer, parameters: node.parameters, arguments: arguments)
            if inner.nesting > Traits.maximumNesting { throw failure("U1001") }
            return try evaluate(node.body, context, inner)
        case .partial(let target, let fixed):
            return try invoke(target, filling: fixed, with: arguments, input, frame)
        case .composed(let one, let other):
            let between = try apply(one, arguments, input: .undefined, frame: frame)
            return try apply(other, [between], input: .undefined, frame: frame)
        case .transform(let node, let outer):
            let valid = try TransformNode.signature.validated(
                arguments, context: input, run: self)
            return try transform(node, valid.first ?? .undefined, outer)
        case .regex(let pattern, let position):
            guard let text = arguments.first?.text else {
                throw failure("T0410", value: arguments.first ?? .undefined, index: 1)
            }
            let search = PatternSearch(pattern, text, position: position)
            return try matchRecord(search.match(from: 0, self), of: search)
        case .nextMatch(let search, let from):
            return try matchRecord(search.nextMatch(from: from, self), of: search)
        }
    }

    private func invoke(
        _ target: Datum, filling fixed: [Datum?], with arguments: [Datum], _ input: Datum,
        _ frame: Frame
    ) throws(JSONataError) -> Datum {
        var open = arguments.makeIterator()
        let all = fixed.map { argument -> Datum in
            if case .some(let value) = argument { value } else { open.next() ?? .undefined }
        }
        guard case .function(let function) = target,
            case .lambda(let node, let context, let outer) = function.kind
        else { return try invoke(target, all, input, frame) }
        // The signature of a function does not hold for its partial applications.
        let inner = Frame(parent: outer, parameters: node.parameters, arguments: all)
        return try evaluate(node.body, context, inner)
    }

    /// A match as the object that a regular expression called as a function returns.
    private func matchRecord(
        _ match: PatternMatch?, of search: PatternSearch
    ) throws(JSONataError) -> Datum {
        guard let match else { return .undefined }
        let record = Record()
        record["match"] = .string(search.text(match.range))
        record["start"] = .integer(match.range.lowerBound)
        record["end"] = .integer(match.range.upperBound)
        record["groups"] = list(search.groups(match))
        record["next"] = .function(Function(.nextMatch(search, from: match.range.upperBound)))
        return try self.record(record)
    }
}
