/// Decides what a record read from a source is: news, a repetition, or the hub's own echo.
///
/// Pure, so that every store decides alike.
package enum StagingRule {
    package enum Verdict: Equatable {
        /// To be staged, under this version.
        case new(version: String)
        /// The hub's own write coming back: nothing to send, but this version has been seen.
        case echo(version: String)
        case repetition

        /// The version to remember.
        package var version: String? {
            switch self {
            case .new(let version), .echo(let version): version
            case .repetition: nil
            }
        }
    }

    package static func verdict(on staged: StagedRecord, last: LastStaged?) -> Verdict {
        let version = staged.record.version
        guard let last else { return .new(version: version) }
        let stamp = last.version.prefix { $0 != "~" }
        let sameContent =
            last.digest == staged.contentDigest && staged.record.operation == .upsert
        if version < stamp { return .repetition }
        if version == stamp {
            // Written within the same tick of the source's clock as what was read before.
            if sameContent, staged.isOwnWrite, !last.isOwnWrite {
                return .echo(version: last.version)
            }
            if sameContent || staged.record.operation == .delete { return .repetition }
            return .new(version: next(after: last.version, stamp: version))
        }
        if sameContent, staged.isOwnWrite { return .echo(version: version) }
        return .new(version: version)
    }

    /// `stamp~001` after `stamp`, `stamp~002` after that: greater as text.
    private static func next(after version: String, stamp: String) -> String {
        let count = version.split(separator: "~").dropFirst().first.flatMap { Int($0) } ?? 0
        let digits = String(min(count, 998) + 1)
        return stamp + "~" + String(repeating: "0", count: 3 - digits.count) + digits
    }
}

/// What of a record was staged last.
package struct LastStaged: Sendable {
    package let version: String
    package let digest: [UInt8]
    /// The hub itself had written it.
    package let isOwnWrite: Bool

    package init(version: String, digest: [UInt8], isOwnWrite: Bool) {
        self.version = version
        self.digest = digest
        self.isOwnWrite = isOwnWrite
    }
}
