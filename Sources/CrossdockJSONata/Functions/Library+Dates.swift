extension Library {
    static let dates: [NativeFunction] = [
        NativeFunction("now", "<s?s?:s>", parameters: 2) { call throws(JSONataError) in
            try format(call.run.now, call.text(0), call.text(1), call.run)
        },
        NativeFunction("millis", "<:n>", parameters: 0) { call in .number(call.run.now) },
        NativeFunction("fromMillis", "<n-s?s?:s>", parameters: 3) { call throws(JSONataError) in
            guard let millis = call.number(0) else { return .undefined }
            return try format(millis, call.text(1), call.text(2), call.run)
        },
        NativeFunction("toMillis", "<s-s?:n>", parameters: 2) { call throws(JSONataError) in
            guard let text = call.text(0) else { return .undefined }
            guard let picture = call.text(1) else {
                guard let millis = ISODate.milliseconds(text) else {
                    throw call.run.failure("D3110", value: call[0])
                }
                return .number(millis)
            }
            let parsed = try DatePicture(picture, call.run).parse(text, call.run)
            return parsed.map { .number($0) } ?? .undefined
        },
    ]

    private static func format(
        _ millis: Double, _ picture: String?, _ zone: String?, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        guard millis.magnitude <= CivilDate.maximumMilliseconds else {
            throw run.failure("D1001", value: .number(millis))
        }
        var offset = ZoneOffset.utc
        if let zone {
            guard let given = ZoneOffset(zone) else {
                throw JSONataError(
                    "D3110", details: JSONataDetails(text: "a zone must be written as +hhmm"))
            }
            offset = given
        }
        let picture = try DatePicture(picture ?? DatePicture.iso8601, run)
        return try run.text(try picture.format(millis, offset, run))
    }
}
