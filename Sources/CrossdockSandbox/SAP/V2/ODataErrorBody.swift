internal import CrossdockData

extension ODataError {
    /// The answer, as OData V2 of SAP Gateway gives it.
    ///
    /// - Parameter request: Its number makes the transaction id.
    func response(to request: SandboxRequest) -> SandboxResponse {
        let transaction = String(request.sequence, radix: 16, uppercase: true)
        var detail: ValueObject = ValueObject([
            ("code", .string(code)), ("message", .string(message)),
        ])
        detail["propertyref"] = .string(property ?? "")
        detail["severity"] = "error"
        detail["target"] = .string(property ?? "")
        let inner: Value = [
            "transactionid": .string(
                String(repeating: "0", count: max(0, 32 - transaction.utf8.count)) + transaction),
            "timestamp": .string("\(EntityVersion.digits(request.time).prefix(14)).0000000"),
            "errordetails": [.object(detail)],
        ]
        var response = SandboxResponse.json(
            status,
            [
                "error": [
                    "code": .string(code),
                    "message": ["lang": "en", "value": .string(message)],
                    "innererror": inner,
                ]
            ])
        response.headers["Content-Type"] = "application/json;charset=utf-8"
        response.headers["DataServiceVersion"] = "1.0"
        for (name, value) in headers { response.headers[name] = value }
        return response
    }
}
