internal import CrossdockCrypto
internal import CrossdockXML

/// The log-in of the SOAP API, the one operation of it that is served.
///
/// Two kinds of client read the answer: some search its text for unprefixed element names, others
/// validate it against the WSDL, where order counts. It is written to please both.
///
/// - Source: Partner WSDL, `LoginResult`, `GetUserInfoResult`, `ApiFault`.
struct SOAPLogin {
    static let envelopeNamespace = "http://schemas.xmlsoap.org/soap/envelope/"
    private static let partnerNamespace = "urn:partner.soap.sforce.com"
    private static let faultNamespace = "urn:fault.partner.soap.sforce.com"

    let identity: SalesforceIdentity
    let request: SandboxRequest

    struct Fault: Error {
        let code: String
        let message: String
    }

    /// Finds user name and password in the envelope and checks them.
    func check() throws(Fault) {
        let document: XMLDocument
        do { document = try XMLDocument(request.body) } catch {
            throw Fault(code: "UNKNOWN_EXCEPTION", message: "the envelope is not XML: \(error)")
        }
        guard document.root.isNamed("Envelope", namespace: Self.envelopeNamespace),
            let body = document.root.first("Body", namespace: Self.envelopeNamespace)
        else { throw Fault(code: "UNKNOWN_EXCEPTION", message: "the document is no SOAP envelope") }
        guard let login = body.first("login", namespace: Self.partnerNamespace) else {
            let name = body.elements.first { _ in true }.map { $0.name.localName } ?? ""
            throw Fault(
                code: "FUNCTIONALITY_NOT_ENABLED",
                message: "the sandbox has no operation '\(name)'; it serves login")
        }
        guard login.first("username")?.text == identity.username,
            constantTimeEqual(
                login.first("password")?.text ?? "", identity.password + identity.securityToken)
        else {
            throw Fault(
                code: "INVALID_LOGIN",
                message: "Invalid username, password, security token; or user locked out.")
        }
    }

    /// - Throws: ``XMLError`` when the request's `Host` cannot stand in XML.
    func answer(sessionID: String, version: String) throws(XMLError) -> [UInt8] {
        let isPrefixed = request.breaks(SalesforceRules.soapElements)
        let prefix = isPrefixed ? "sf:" : ""
        let url = "\(request.origin)/services/Soap/u/\(version)/\(identity.organization.prefix(15))"
        let metadata =
            "\(request.origin)/services/Soap/m/\(version)/\(identity.organization.prefix(15))"
        var writer = XMLWriter()
        try writer.start("soapenv:Envelope", ["xmlns:soapenv": Self.envelopeNamespace])
        try writer.declare(Self.partnerNamespace)
        if isPrefixed { try writer.declare(Self.partnerNamespace, prefix: "sf") }
        try writer.declare("http://www.w3.org/2001/XMLSchema-instance", prefix: "xsi")
        try writer.start("soapenv:Body")
        try writer.start("\(prefix)loginResponse")
        try writer.start("\(prefix)result")
        let members = [
            ("metadataServerUrl", metadata), ("passwordExpired", "false"), ("sandbox", "true"),
            ("serverUrl", url), ("sessionId", sessionID), ("userId", identity.user),
        ]
        for (name, text) in members { try writer.element(prefix + name, text) }
        try writer.start("\(prefix)userInfo")
        let info = request.breaks(SalesforceRules.soapOrder) ? userInfo.reversed() : userInfo
        for (name, text) in info {
            if let text {
                try writer.element(prefix + name, text)
            } else {
                try writer.start(prefix + name, ["xsi:nil": "true"])
                try writer.end()
            }
        }
        for _ in 0..<5 { try writer.end() }
        return try writer.finish()
    }

    /// All members in the order of the WSDL; nil is sent as `xsi:nil`.
    private var userInfo: [(String, String?)] {
        [
            ("accessibilityMode", "false"), ("chatterExternal", "false"), ("currencySymbol", "€"),
            ("orgAttachmentFileSizeLimit", "5242880"), ("orgDefaultCurrencyIsoCode", "EUR"),
            ("orgDefaultCurrencyLocale", "en_US"), ("orgDisallowHtmlAttachments", "false"),
            ("orgHasPersonAccounts", "false"), ("organizationId", identity.organization),
            ("organizationMultiCurrency", "false"), ("organizationName", "Crossdock Sandbox"),
            ("profileId", SalesforceID.make(prefix: "00e", number: 1)), ("roleId", nil),
            ("sessionSecondsValid", String(SalesforceSessions.lifetimeMillis / 1_000)),
            ("userDefaultCurrencyIsoCode", nil), ("userEmail", identity.username),
            ("userFullName", "integration"), ("userId", identity.user), ("userLanguage", "en_US"),
            ("userLocale", "en_US"), ("userName", identity.username), ("userTimeZone", "UTC"),
            ("userType", "Standard"), ("userUiSkin", "Theme3"),
        ]
    }

    func answer(to fault: Fault) throws(XMLError) -> [UInt8] {
        var writer = XMLWriter()
        try writer.start("soapenv:Envelope", ["xmlns:soapenv": Self.envelopeNamespace])
        try writer.declare(Self.faultNamespace, prefix: "sf")
        try writer.declare("http://www.w3.org/2001/XMLSchema-instance", prefix: "xsi")
        try writer.start("soapenv:Body")
        try writer.start("soapenv:Fault")
        try writer.element("faultcode", "sf:\(fault.code)")
        try writer.element("faultstring", "\(fault.code): \(fault.message)")
        try writer.start("detail")
        try writer.start("sf:LoginFault", ["xsi:type": "sf:LoginFault"])
        try writer.element("sf:exceptionCode", fault.code)
        try writer.element("sf:exceptionMessage", fault.message)
        for _ in 0..<5 { try writer.end() }
        return try writer.finish()
    }
}

extension SalesforceSystem {
    /// `POST /services/Soap/u/59.0`.
    func soapLogin(_ request: SandboxRequest) -> SandboxResponse {
        let version = request.segment(3) ?? ""
        guard request.method == "POST", SalesforceCall.version("v\(version)") != nil else {
            return APIError.notFound.response(for: request)
        }
        let login = SOAPLogin(identity: identity, request: request)
        do {
            do throws(SOAPLogin.Fault) { try login.check() } catch {
                return xml(500, try login.answer(to: error))
            }
            let token = try openSession(now: request.time)
            var response = xml(200, try login.answer(sessionID: token, version: version))
            response.user = identity.username
            return response
        } catch {
            return .text(500, "\(error)")
        }
    }

    private func xml(_ status: Int, _ bytes: [UInt8]) -> SandboxResponse {
        SandboxResponse(
            status: status, headers: ["Content-Type": "text/xml; charset=utf-8"], body: bytes)
    }
}
