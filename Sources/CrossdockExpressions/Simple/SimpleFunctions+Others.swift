internal import CrossdockCore
internal import CrossdockCrypto
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockSettings

extension SimpleFunctions {
    private static func type(_ argument: Argument) throws -> ResultType {
        let name = argument.text.trimmed
        guard let type = ResultType(javaName: name) else {
            throw FunctionProblem(
                message: "'\(name)' is no type that is known here", code: .javaClass)
        }
        return type
    }

    private static func bodyAs(mandatory: Bool) -> Call {
        Call(arguments: 1...1) { arguments, _ in
            BodyConversion(type: try type(arguments[0]), isMandatory: mandatory)
        }
    }

    private static func named(
        _ read:
            @escaping @Sendable (String, ExpressionScope) -> @Sendable (Exchange) throws -> Value
    ) -> Call {
        Call(arguments: 2...2) { arguments, scope in
            guard let name = arguments[0].constant else {
                throw FunctionProblem(message: "a name is expected")
            }
            let type = try type(arguments[1])
            let access = read(name, scope)
            return Computed { exchange in
                let value = try access(exchange)
                guard let converted = type.converted(value) else {
                    throw ResultType.failure("a \(value.typeName) cannot become one", type)
                }
                return converted
            }
        }
    }

    private static func test(_ holds: @escaping @Sendable (Value) -> Bool) -> Call {
        Call(arguments: 0...1) { arguments, _ in
            let input = arguments.first?.term ?? BodyTerm()
            return Computed { .bool(holds(try input.value(in: &$0))) }
        }
    }

    private static func inner(_ language: String) -> Call {
        Call(arguments: 1...50) { arguments, scope in
            try embedded(language, arguments, scope)
        }
    }

    /// An expression of another language inside simple: `jsonpath(exp)`, `jsonpath(input,exp)`.
    private static func embedded(
        _ language: String, _ arguments: [Argument], _ scope: ExpressionScope
    ) throws -> Term {
        var pieces = arguments.map(\.text)
        var input: String?
        let sources = ["header:", "variable:", "exchangeProperty:", "property:"]
        if pieces.count > 1, sources.contains(where: { pieces[0].trimmed.hasPrefix($0) }) {
            input = pieces.removeFirst().trimmed
        }
        // Commas belong to the expression.
        let source = pieces.joined(separator: ",").trimmed
        guard let compiler = scope.languages(language) else {
            throw FunctionProblem(
                message: "the language '\(language)' is not offered", code: .unknownLanguage)
        }
        let compiled: any CompiledExpression
        do { compiled = try compiler.compile(source, options: nil, at: nil, in: scope) } catch {
            let reason = (error as? DiagnosticsError)?.message ?? "\(error)"
            throw FunctionProblem(message: reason)
        }
        guard let input else { return compiled }
        let place = try ExpressionInput(input, scope)
        return Computed { exchange in
            let kept = exchange.message.body
            exchange.message.body = place.body(of: exchange)
            defer { exchange.message.body = kept }
            return try compiled.value(in: &exchange)
        }
    }

    static let otherCalls: [String: Call] = [
        "bodyAs": bodyAs(mandatory: false),
        "mandatoryBodyAs": bodyAs(mandatory: true),
        "messageAs": bodyAs(mandatory: false),
        "headerAs": named { name, _ in { $0.message[header: name] ?? .null } },
        "variableAs": named { name, scope in
            { try VariableName(name).value(in: $0, scope.variables)?.value() ?? .null }
        },
        "exchangePropertyAs": named { name, _ in { $0.property(name) ?? .null } },
        "messageHistory": Call(arguments: 0...1) { _, _ in
            Computed { $0.property("CamelMessageHistory") ?? "" }
        },
        "uuid": Call(arguments: 0...1) { arguments, _ in
            switch arguments.first?.constant ?? "default" {
            case "default", "classic": Computed { _ in .string(Identifiers.uuid()) }
            case "short", "simple":
                Computed { _ in .string(Identifiers.uuid().replacing("-", with: "")) }
            case let name:
                throw FunctionProblem(message: "'\(name)' is no kind of identifier")
            }
        },
        "hash": Call(arguments: 1...2) { arguments, _ in
            let algorithm = arguments.count > 1 ? arguments[1].text.trimmed : "SHA-256"
            guard algorithm == "SHA-256" else {
                throw FunctionProblem(
                    message: "the digest '\(algorithm)' is not offered; use SHA-256")
            }
            let input = arguments[0].term
            return Computed { exchange in
                let bytes = try input.body(in: &exchange).bytes
                return bytes.isEmpty ? .null : .string(Hex.encode(SHA256.digest(bytes)))
            }
        },
        "empty": Call(arguments: 1...1) { arguments, _ in try emptyValue(arguments[0]) },
        "newEmpty": Call(arguments: 1...1) { arguments, _ in try emptyValue(arguments[0]) },
        "iif": Call(arguments: 3...3) { arguments, scope in
            var parser = SimpleParser(arguments[0].text, scope)
            let condition = try parser.predicate()
            return Ternary(
                condition: condition, yes: arguments[1].term, no: arguments[2].term)
        },
        "val": Call(arguments: 1...1) { arguments, _ in arguments[0].term },
        "convertTo": Call(arguments: 1...2) { arguments, _ in
            let type = try type(arguments[arguments.count - 1])
            let input = arguments.count == 2 ? arguments[0].term : BodyTerm()
            return Computed { exchange in
                let value = try input.value(in: &exchange)
                guard let converted = type.converted(value) else {
                    throw ResultType.failure("a \(value.typeName) cannot become one", type)
                }
                return converted
            }
        },
        "kindOfType": Call(arguments: 0...1) { arguments, _ in
            let input = arguments.first?.term ?? BodyTerm()
            return Computed { exchange in
                switch try input.value(in: &exchange) {
                case .null: "null"
                case .number: "number"
                case .string: "string"
                case .bool: "boolean"
                case .array: "array"
                case .object: "object"
                }
            }
        },
        "isEmpty": test { $0.isNothing || $0.string?.trimmed.isEmpty == true },
        "isAlpha": test { value in
            guard let text = value.scalarText, !text.isEmpty else { return false }
            return text.unicodeScalars.allSatisfy { $0.properties.isAlphabetic }
        },
        "isNumeric": test { value in
            guard let text = value.scalarText, !text.isEmpty else { return false }
            return text.unicodeScalars.allSatisfy { $0.properties.numericType == .decimal }
        },
        "isAlphaNumeric": test { value in
            guard let text = value.scalarText, !text.isEmpty else { return false }
            return text.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || $0.properties.numericType == .decimal
            }
        },
        "not": Call(arguments: 0...1) { arguments, scope in
            guard let argument = arguments.first else {
                return Computed { .bool(!(try BodyTerm().value(in: &$0)).holds) }
            }
            var parser = SimpleParser(argument.text, scope)
            let condition = (try? parser.predicate()) ?? argument.term
            return Computed { .bool(!(try condition.matches(&$0))) }
        },
        "throwException": Call(arguments: 1...2) { arguments, _ in
            let message = arguments[0].term
            let name =
                arguments.count > 1
                ? arguments[1].text.trimmed : "java.lang.IllegalArgumentException"
            let type = ExceptionName.resolve(name) ?? name
            return Computed { exchange in
                throw RouteError(
                    .stepFailed, try message.text(in: &exchange) ?? "", exceptionClass: type)
            }
        },
        "jsonpath": inner("jsonpath"),
        "xpath": inner("xpath"),
        "jq": Call(arguments: 1...50) { _, _ in
            throw FunctionProblem(
                message: "the language 'jq' is not offered; use jsonpath or jsonata",
                code: .unknownLanguage)
        },
        "jsonata": inner("jsonata"),
    ]

    private static func emptyValue(_ argument: Argument) throws -> Term {
        switch argument.text.trimmed.lowercased() {
        case "string": return Constant("")
        case "list": return Constant([])
        case "map": return Constant(.object(ValueObject()))
        case let name: throw FunctionProblem(message: "'\(name)' is none of string, list, map")
        }
    }

    // MARK: - Names with a colon

    static func prefixed(_ text: String, _ parser: SimpleParser) throws -> Term? {
        for (prefix, make) in prefixes where text.hasPrefix(prefix) {
            do { return try make(String(text.dropFirst(prefix.count)), parser) } catch let problem
                as FunctionProblem
            {
                throw SimpleSyntaxError(
                    message: problem.message, offset: parser.base + prefix.unicodeScalars.count,
                    code: problem.code)
            }
        }
        return nil
    }

    private static let prefixes: [(String, @Sendable (String, SimpleParser) throws -> Term)] = [
        ("date-with-timezone:", { try SimpleDate.make($0, hasZone: true, $1) }),
        ("date:", { try SimpleDate.make($0, hasZone: false, $1) }),
        ("properties-exist:", { propertyExists($0, $1) }),
        ("propertiesExist:", { propertyExists($0, $1) }),
        ("properties:", { try property($0, $1) }),
        ("sysenv.", { name, _ in environment(name) }),
        ("sysenv:", { name, _ in environment(name) }),
        ("sys.", { name, _ in environment(name) }),
        ("sys:", { name, _ in environment(name) }),
        ("env.", { name, _ in environment(name) }),
        ("env:", { name, _ in environment(name) }),
        ("ref:", { try reference($0, $1) }),
        ("bean:", { name, _ in throw javaOnly("beans", name) }),
        ("type:", { name, _ in try constantField(name) }),
        ("file:", { name, _ in try file(name) }),
    ]

    private static func javaOnly(_ what: String, _ name: String) -> FunctionProblem {
        FunctionProblem(
            message: "Java \(what) are not available ('\(name.prefix(60))')", code: .javaClass)
    }

    private static func reference(_ name: String, _ parser: SimpleParser) throws -> Term {
        guard let bean = parser.scope.bean(name) else {
            throw FunctionProblem(message: "nothing is known by the name '\(name)'")
        }
        return Constant(try bean.value())
    }

    private static func constantField(_ name: String) throws -> Term {
        guard let constant = exchangeConstant(name) else { throw javaOnly("fields", name) }
        return Constant(.string(constant))
    }

    private static func file(_ name: String) throws -> Term {
        guard let term = FileFunctions.term(name) else {
            throw FunctionProblem(
                message: "'file:\(name.prefix(60))' is not offered", code: .unknownFunction)
        }
        return term
    }

    /// Variables of the environment are the operator's, read when the message passes.
    private static func environment(_ name: String) -> Term {
        Computed { _ in ProcessEnvironment.value(name).map { .string($0) } ?? .null }
    }

    private static func property(_ text: String, _ parser: SimpleParser) throws -> Term {
        let placeholders = parser.scope.placeholders
        guard !text.contains("${") else {
            let start = parser.at + "properties:".unicodeScalars.count
            var inner = SimpleParser(
                parser.scalars[start...], parser.scope, base: parser.base + start,
                depth: parser.depth + 1)
            let key = try inner.template()
            return Computed { exchange in
                let name = try key.text(in: &exchange) ?? ""
                do throws(PlaceholderError) {
                    return .string(try placeholders.resolve("{{\(name)}}"))
                } catch {
                    throw ExpressionError(error.message, cause: error)
                }
            }
        }
        do { return Constant(.string(try placeholders.resolve("{{\(text)}}"))) } catch {
            throw FunctionProblem(message: error.message, code: error.code)
        }
    }

    private static func propertyExists(_ text: String, _ parser: SimpleParser) -> Term {
        let isNegated = text.hasPrefix("!")
        let key = isNegated ? String(text.dropFirst()) : text
        let exists = (try? parser.scope.placeholders.resolve("{{\(key)}}")) != nil
        return Constant(.bool(exists != isNegated))
    }

    /// The constants of `org.apache.camel.Exchange` that routes name.
    private static func exchangeConstant(_ name: String) -> String? {
        let prefix = "org.apache.camel.Exchange."
        guard name.hasPrefix(prefix) else { return nil }
        let words = name.dropFirst(prefix.count).split(separator: "_")
        guard !words.isEmpty else { return nil }
        return "Camel"
            + words.map { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() }.joined()
    }
}

/// The body as another type.
private struct BodyConversion: CompiledExpression {
    let type: ResultType
    let isMandatory: Bool

    func body(in exchange: inout Exchange) throws -> Body {
        if isMandatory, exchange.message.body.isNull {
            throw ExpressionError(
                "there is no body", exceptionClass: "org.apache.camel.InvalidPayloadException")
        }
        return try type.converted(exchange.message.body)
    }

    func value(in exchange: inout Exchange) throws -> Value { try body(in: &exchange).value() }
    func text(in exchange: inout Exchange) throws -> String? { try body(in: &exchange).text }
}
