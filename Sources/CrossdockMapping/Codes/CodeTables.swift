internal import Synchronization

/// The code lists that ship with the engine, built at first use.
enum CodeTables {
    private struct Pair: Hashable {
        let from: CodeList
        let to: CodeList
    }

    private static let cache = Mutex<[Pair: CodeTranslation]>([:])

    static func translation(from: CodeList, to: CodeList) -> CodeTranslation {
        let pair = Pair(from: from, to: to)
        return cache.withLock { cache in
            if let known = cache[pair] { return known }
            let made = CodeTranslation(members(from: from, to: to))
            cache[pair] = made
            return made
        }
    }

    static func members(from: CodeList, to: CodeList) -> [CodeTranslation.Member] {
        if from == .subdivision { return subdivisions(to) }
        let list = rows(from)
        guard let source = list.columns[from], let target = list.columns[to] else { return [] }
        return list.rows.compactMap { row in
            guard source < row.count, target < row.count else { return nil }
            let key = row[source]
            // Into its own list a code stays what it is, aliases included.
            let value = from == to && key.hasPrefix("!") ? String(key.dropFirst()) : row[target]
            guard !key.isEmpty, !value.isEmpty else { return nil }
            return CodeTranslation.Member(
                key: key.hasPrefix("!") ? String(key.dropFirst()) : key,
                value: value.hasPrefix("!") ? nil : value,
                isAlias: key.hasPrefix("!"))
        }
    }

    private static func subdivisions(_ to: CodeList) -> [CodeTranslation.Member] {
        let countries = rows(.countryAlpha2)
        var names: [String: String] = [:]
        if to != .subdivision, let column = countries.columns[to] {
            for row in countries.rows { names[row[0]] = row[column] }
        }
        var members: [CodeTranslation.Member] = []
        for line in text(PackageResources.subdivisions_txt).split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            for code in words.dropFirst() {
                let full = "\(words[0])-\(code)"
                let value = to == .subdivision ? full : names[words[0]]
                members.append(.init(key: full, value: value, isAlias: false))
            }
        }
        return members
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private struct Rows {
        let columns: [CodeList: Int]
        let rows: [[String]]
    }

    private static func rows(_ list: CodeList) -> Rows {
        switch list {
        case .countryAlpha2, .countryAlpha3, .countryNumeric, .subdivision:
            rows(
                PackageResources.countries_csv,
                [.countryAlpha2: 0, .countryAlpha3: 1, .countryNumeric: 2])
        case .language, .sapLanguage:
            rows(PackageResources.languages_csv, [.language: 0, .sapLanguage: 1])
        case .currency, .currencyNumeric:
            rows(PackageResources.currencies_csv, [.currency: 0, .currencyNumeric: 1])
        case .sapUnit, .unUnit:
            rows(PackageResources.units_csv, [.unUnit: 0, .sapUnit: 1])
        }
    }

    private static func rows(_ bytes: [UInt8], _ columns: [CodeList: Int]) -> Rows {
        var rows: [[String]] = []
        var reader = CSVReader()
        bytes.withUnsafeBufferPointer { bytes in
            reader.feed(bytes) { (record) in
                rows.append(record.cells.indices.map { record.text($0) })
            }
        }
        return Rows(columns: columns, rows: Array(rows.dropFirst()))
    }

    /// Decimals of each currency; currencies without any are not in it.
    static let currencyScales: TranslationTable = {
        let currencies = rows(PackageResources.currencies_csv, [:]).rows
        return TranslationTable(
            currencies.filter { $0.count > 2 && !$0[2].isEmpty }.map {
                (Array($0[0].utf8), Array($0[2].utf8))
            }, isFolded: true)
    }()

    /// Characters and what ICU's Latin-ASCII writes for them.
    static let latinASCII: [UInt32: [UInt8]] = {
        var table: [UInt32: [UInt8]] = [:]
        for line in text(PackageResources.latin_ascii_txt).split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, let code = UInt32(parts[0], radix: 16) {
                table[code] = Array(parts[1].utf8)
            }
        }
        return table
    }()
}

/// From the members of one list to those of another.
final class CodeTranslation: Sendable {
    struct Member {
        let key: String
        /// Nil when the other list has nothing to write for it.
        let value: String?
        /// A spelling that is read but never written.
        let isAlias: Bool
    }

    private let exact: TranslationTable
    private let folded: TranslationTable
    /// Two members that become the same one: what makes the way back ambiguous.
    let collision: (one: String, other: String)?

    init(_ members: [Member]) {
        let pairs = members.compactMap { member in
            member.value.map { (key: Array(member.key.utf8), value: Array($0.utf8)) }
        }
        exact = TranslationTable(pairs)
        folded = TranslationTable(pairs, isFolded: true)
        var seen: [String: String] = [:]
        var found: (one: String, other: String)?
        for member in members where !member.isAlias {
            guard let value = member.value else { continue }
            if let earlier = seen[value], earlier != member.key, found == nil {
                found = (earlier, member.key)
            }
            seen[value] = member.key
        }
        collision = found
    }

    /// Matched without case; a code that is in the list as written comes first, because SAP's
    /// language keys use both cases.
    func value(of code: Bytes, _ scratch: inout ScratchArena) -> Piece? {
        exact.value(of: code) ?? folded.foldedValue(of: code, &scratch)
    }
}
