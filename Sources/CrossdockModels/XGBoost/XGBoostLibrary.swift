internal import CXGBoost

/// The installed XGBoost library, loaded at first use.
enum XGBoostLibrary {
    /// Makes sure that the library is there.
    ///
    /// - Throws: ``ModelError`` with CD5102.
    static func load() throws(ModelError) {
        guard let complaint = crossdock_xgboost_load() else { return }
        throw ModelError(
            .xgboostMissing, "libxgboost cannot be loaded: \(String(cString: complaint))")
    }

    /// Major and minor version as one number: 1.7 is 107.
    static func version() throws(ModelError) -> Int {
        try load()
        var major: CInt = 0
        var minor: CInt = 0
        var patch: CInt = 0
        XGBoostVersion(&major, &minor, &patch)
        return Int(major) * 100 + Int(minor)
    }

    static func versionText() throws(ModelError) -> String {
        try load()
        var major: CInt = 0
        var minor: CInt = 0
        var patch: CInt = 0
        XGBoostVersion(&major, &minor, &patch)
        return "\(major).\(minor).\(patch)"
    }

    /// Keeps the library from writing to standard error; its setting is per thread.
    static func hush() { _ = XGBSetGlobalConfig("{\"verbosity\":0}") }

    static func check(_ status: CInt) throws(ModelError) {
        guard status != 0 else { return }
        throw ModelError(.xgboostFailed, "XGBoost: \(lastError())")
    }

    /// The first line of what the library says; the rest is a stack trace.
    private static func lastError() -> String {
        guard let text = XGBGetLastError() else { return "no reason given" }
        let lines = String(cString: text).split(separator: "\n")
        // "[12:01:02] ../src/file.cc:80: Check failed: …": the clock and the file say nothing to a user.
        let line = lines.first.map(String.init) ?? "no reason given"
        guard line.hasPrefix("["), let end = line.firstRange(of: ".cc:")?.upperBound,
            let colon = line[end...].firstIndex(of: ":")
        else { return line }
        let reason = line[line.index(after: colon)...].drop { $0 == " " }
        guard reason.isEmpty, lines.count > 1 else { return String(reason) }
        return String(lines[1])
    }
}
