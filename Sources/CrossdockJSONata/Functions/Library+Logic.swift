extension Library {
    static let logic: [NativeFunction] = [
        NativeFunction("boolean", "<x-:b>", parameters: 1) { call throws(JSONataError) in
            try call[0].truth(call.run).map { .bool($0) } ?? .undefined
        },
        NativeFunction("not", "<x-:b>", parameters: 1) { call throws(JSONataError) in
            try call[0].truth(call.run).map { .bool(!$0) } ?? .undefined
        },
        NativeFunction("exists", "<x:b>", parameters: 1) { call in
            .bool(!call[0].isUndefined)
        },
        NativeFunction("type", "<x:s>", parameters: 1) { call throws(JSONataError) in
            if let number = call.number(0) { _ = try call.run.isNumeric(number) }
            return switch call[0].kind {
            case .undefined: .undefined
            case .null: .string("null")
            case .boolean: .string("boolean")
            case .number: .string("number")
            case .string: .string("string")
            case .array: .string("array")
            case .object: .string("object")
            case .function: .string("function")
            }
        },
        NativeFunction("error", "<s?:x>", parameters: 1) { call throws(JSONataError) in
            let text = call.text(0) ?? ""
            throw JSONataError(
                "D3137",
                details: JSONataDetails(text: text.isEmpty ? "$error() function evaluated" : text))
        },
        NativeFunction("assert", "<bs?:x>", parameters: 2) { call throws(JSONataError) in
            if case .bool(true) = call[0] { return .undefined }
            let text = call.text(1) ?? ""
            throw JSONataError(
                "D3141",
                details: JSONataDetails(text: text.isEmpty ? "$assert() statement failed" : text))
        },
    ]
}
