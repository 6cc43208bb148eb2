internal import CCurl
internal import CrossdockDiagnostics

/// A transfer handle of libcurl with the settings every call shares, used for one call after another.
///
/// - Ownership: holds the only pointer and frees it in `deinit`.
/// - Threads: belongs to the thread of one ``TransferLoop``.
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var headers: UnsafeMutablePointer<curl_slist>?
    private(set) var transfer: Transfer?
    private var firstFailure = CURLE_OK

    init(_ configuration: HTTPClientConfiguration) throws(HTTPError) {
        guard let pointer = curl_easy_init() else { throw .outOfMemory }
        self.pointer = pointer
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        setCallbacks()
        harden()
        secure(configuration.tls)
        tune(configuration)
        guard firstFailure == CURLE_OK else {
            throw HTTPError(
                .tlsSettings,
                "libcurl refuses a setting: \(String(cString: curl_easy_strerror(firstFailure)))",
                .permanent)
        }
    }

    deinit {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(headers)
        errorText.deallocate()
    }

    var lastError: String { String(cString: errorText) }

    // MARK: Per call

    func prepare(_ transfer: Transfer, _ configuration: HTTPClientConfiguration) throws(HTTPError) {
        self.transfer = transfer
        errorText[0] = 0
        let request = transfer.request
        note(ccurl_set_url(pointer, request.url.handle.pointer))
        string(CURLOPT_PROTOCOLS_STR, request.url.scheme.rawValue)
        setMethod(request)
        try setHeaders(request, configuration)
        let mayReuse = transfer.repetition != .onceOnFreshConnection
        long(CURLOPT_FRESH_CONNECT, mayReuse ? 0 : 1)
        long(CURLOPT_FORBID_REUSE, mayReuse ? 0 : 1)
        // A younger connection is less likely to be closed by the server just now.
        let idle = min(
            configuration.keepAlive, transfer.repetition == .allowed ? .seconds(60) : .seconds(10))
        long(CURLOPT_MAXAGE_CONN, max(1, Int(idle.components.seconds)))
        setTimeouts(transfer.timeouts)
        guard firstFailure == CURLE_OK else {
            defer { firstFailure = CURLE_OK }
            throw .invalidRequest(String(cString: curl_easy_strerror(firstFailure)))
        }
    }

    func clear() {
        transfer = nil
        curl_slist_free_all(headers)
        headers = nil
        note(ccurl_set_headers(pointer, nil))
    }

    private func setMethod(_ request: HTTPRequest) {
        // Asking for GET first takes back what the last call set.
        long(CURLOPT_HTTPGET, 1)
        string(CURLOPT_CUSTOMREQUEST, nil)
        let length: Int
        switch request.body {
        case .none:
            if request.method == .head { return long(CURLOPT_NOBODY, 1) }
            if request.method == .get { return }
            guard request.method == .post || request.method == .put || request.method == .patch
            else { return string(CURLOPT_CUSTOMREQUEST, request.method.name) }
            length = 0
        case .bytes(let bytes): length = bytes.count
        case .stream(let known, _): length = known ?? -1
        }
        long(CURLOPT_POST, 1)
        note(ccurl_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, Int64(length)))
        if request.method != .post { string(CURLOPT_CUSTOMREQUEST, request.method.name) }
    }

    private func setHeaders(
        _ request: HTTPRequest, _ configuration: HTTPClientConfiguration
    ) throws(HTTPError) {
        // An empty value takes out what libcurl would add of its own.
        var lines = ["Expect:"]
        if request.headers["Content-Type"] == nil { lines.append("Content-Type:") }
        if request.headers["User-Agent"] == nil {
            lines.append("User-Agent: \(configuration.userAgent)")
        }
        if configuration.acceptsCompression { lines.append("Accept-Encoding: gzip") }
        if case .stream(nil, _) = request.body { lines.append("Transfer-Encoding: chunked") }
        for field in request.headers.fields {
            // A semicolon asks libcurl for a header without a value.
            lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        for line in lines {
            guard let extended = curl_slist_append(headers, line) else { throw .outOfMemory }
            headers = extended
        }
        note(ccurl_set_headers(pointer, headers))
    }

    private func setTimeouts(_ timeouts: HTTPTimeouts) {
        long(CURLOPT_CONNECTTIMEOUT_MS, timeouts.connect.milliseconds)
        long(CURLOPT_TIMEOUT_MS, timeouts.total.milliseconds)
        let stall = timeouts.stall.components.seconds
        long(CURLOPT_LOW_SPEED_TIME, Int(clamping: stall))
        long(CURLOPT_LOW_SPEED_LIMIT, stall > 0 ? max(1, timeouts.leastRate) : 0)
    }

    // MARK: Once

    private func harden() {
        string(CURLOPT_REDIR_PROTOCOLS_STR, "https")
        long(CURLOPT_FOLLOWLOCATION, 0)
        long(CURLOPT_MAXREDIRS, 5)
        long(CURLOPT_UNRESTRICTED_AUTH, 0)
        string(CURLOPT_PROXY, "")
        string(CURLOPT_NOPROXY, "*")
        long(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        long(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        long(CURLOPT_HTTP09_ALLOWED, 0)
        long(CURLOPT_HTTPAUTH, 1)  // CURLAUTH_BASIC, and only if asked for
        long(CURLOPT_NOSIGNAL, 1)
        long(CURLOPT_PATH_AS_IS, 1)
    }

    private func secure(_ tls: HTTPTLS) {
        long(CURLOPT_SSL_VERIFYPEER, 1)
        long(CURLOPT_SSL_VERIFYHOST, 2)
        long(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        string(CURLOPT_SSL_CIPHER_LIST, "ECDHE+AESGCM:ECDHE+CHACHA20")
        string(
            CURLOPT_TLS13_CIPHERS,
            "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256")
        if let authorities = tls.authorities { blob(CURLOPT_CAINFO_BLOB, authorities) }
        if let certificate = tls.certificate {
            string(CURLOPT_SSLCERTTYPE, "PEM")
            blob(CURLOPT_SSLCERT_BLOB, certificate)
        }
        if let key = tls.privateKey {
            string(CURLOPT_SSLKEYTYPE, "PEM")
            blob(CURLOPT_SSLKEY_BLOB, key)
        }
    }

    private func tune(_ configuration: HTTPClientConfiguration) {
        let version =
            switch configuration.http2 {
            case .offered: CURL_HTTP_VERSION_2TLS
            case .off: CURL_HTTP_VERSION_1_1
            }
        long(CURLOPT_HTTP_VERSION, Int(version))
        // Unpacked here, not by libcurl.
        long(CURLOPT_HTTP_CONTENT_DECODING, 0)
        long(CURLOPT_TCP_KEEPALIVE, 1)
        long(CURLOPT_TCP_KEEPIDLE, 30)
        long(CURLOPT_TCP_KEEPINTVL, 15)
        long(CURLOPT_MAXLIFETIME_CONN, 3600)
    }

    private func setCallbacks() {
        let owner = Unmanaged.passUnretained(self).toOpaque()
        note(ccurl_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText))
        for option in [
            CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA,
            CURLOPT_OPENSOCKETDATA, CURLOPT_PREREQDATA,
        ] { note(ccurl_set_pointer(pointer, option, owner)) }
        note(ccurl_set_data_function(pointer, CURLOPT_WRITEFUNCTION, Callbacks.write))
        note(ccurl_set_data_function(pointer, CURLOPT_HEADERFUNCTION, Callbacks.header))
        note(ccurl_set_data_function(pointer, CURLOPT_READFUNCTION, Callbacks.read))
        note(ccurl_set_seek_function(pointer, Callbacks.seek))
        note(ccurl_set_socket_function(pointer, Callbacks.openSocket))
        note(ccurl_set_request_function(pointer, Callbacks.willSend))
    }

    // MARK: Setters

    private func note(_ result: CURLcode) {
        if firstFailure == CURLE_OK, result != CURLE_OK { firstFailure = result }
    }

    private func long(_ option: CURLoption, _ value: Int) {
        note(ccurl_set_long(pointer, option, value))
    }

    private func string(_ option: CURLoption, _ value: String?) {
        note(ccurl_set_string(pointer, option, value))
    }

    private func blob(_ option: CURLoption, _ bytes: [UInt8]) {
        note(bytes.withUnsafeBytes { ccurl_set_blob(pointer, option, $0.baseAddress, $0.count) })
    }
}

extension Duration {
    /// Rounded up, so that a short wait does not become none.
    fileprivate var milliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0, seconds < 1 << 31 else {
            return seconds < 0 || attoseconds < 0 ? 0 : Int(Int32.max)
        }
        let total = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return min(Int(total), Int(Int32.max))
    }
}
