/// A set of characters of a regular expression.
struct ScalarSet: Sendable {
    private var ranges: [ClosedRange<Unicode.Scalar>] = []
    private var categories: [Category] = []
    /// Sets whose intersection with this one counts.
    private var limits: [ScalarSet] = []
    private var isInverted = false
    private var ignoresCase = false

    /// A Unicode category or a Java class of ASCII characters.
    enum Category: Sendable {
        case general(String)
        case alphabetic, uppercase, lowercase, whitespace
        case inverse(of: ScalarSet)
    }

    init() {}

    init(scalars: [Unicode.Scalar]) { for scalar in scalars { insert(scalar...scalar) } }

    init(_ ranges: [ClosedRange<Unicode.Scalar>]) { self.ranges = ranges }

    static let digits = ScalarSet(["0"..."9"])
    static let word = ScalarSet(["a"..."z", "A"..."Z", "0"..."9", "_"..."_"])
    static let space = ScalarSet(["\t"..."\r", " "..." "])
    static let everything = ScalarSet().inverted

    /// - Source: `java.util.regex.Pattern`, "POSIX character classes" and "Classes for Unicode
    ///   scripts, blocks, categories and binary properties".
    init?(category name: String) {
        switch name {
        case "Lower": self.init(["a"..."z"])
        case "Upper": self.init(["A"..."Z"])
        case "ASCII": self.init(["\0"..."\u{7F}"])
        case "Alpha": self.init(["a"..."z", "A"..."Z"])
        case "Digit": self.init(["0"..."9"])
        case "Alnum": self.init(["a"..."z", "A"..."Z", "0"..."9"])
        case "Punct": self.init(["!"..."/", ":"..."@", "["..."`", "{"..."~"])
        case "Graph": self.init(["!"..."~"])
        case "Print": self.init([" "..."~"])
        case "Blank": self.init(scalars: [" ", "\t"])
        case "Cntrl": self.init(["\0"..."\u{1F}", "\u{7F}"..."\u{7F}"])
        case "XDigit": self.init(["0"..."9", "a"..."f", "A"..."F"])
        case "Space": self = .space
        case "IsAlphabetic", "javaAlphabetic": self.init(.alphabetic)
        case "IsUppercase", "javaUpperCase": self.init(.uppercase)
        case "IsLowercase", "javaLowerCase": self.init(.lowercase)
        case "IsWhite_Space", "javaWhitespace": self.init(.whitespace)
        default:
            let general = name.hasPrefix("Is") ? String(name.dropFirst(2)) : name
            guard Self.generalCategories.contains(general) else { return nil }
            self.init(.general(general))
        }
    }

    private init(_ category: Category) { categories = [category] }

    private static let generalCategories: Set<String> = [
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc",
        "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C",
        "Cc", "Cf", "Cs", "Co", "Cn",
    ]

    static func bothCases(of scalar: Unicode.Scalar) -> ScalarSet? {
        let others = [
            scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping,
        ].compactMap { $0.unicodeScalars.count == 1 ? $0.unicodeScalars.first : nil }
        guard others.contains(where: { $0 != scalar }) else { return nil }
        return ScalarSet(scalars: [scalar] + others)
    }

    var inverted: ScalarSet {
        var set = self
        set.isInverted.toggle()
        return set
    }

    mutating func insert(_ range: ClosedRange<Unicode.Scalar>) { ranges.append(range) }

    mutating func formUnion(_ other: ScalarSet) {
        if other.isInverted || !other.limits.isEmpty {
            categories.append(.inverse(of: other.inverted))
        } else {
            ranges += other.ranges
            categories += other.categories
        }
    }

    func intersection(_ other: ScalarSet) -> ScalarSet {
        var set = self
        set.limits.append(other)
        return set
    }

    mutating func ignoreCase() { ignoresCase = true }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        var isIn = holds(scalar)
        if !isIn, ignoresCase, let both = Self.bothCases(of: scalar) {
            isIn = both.ranges.contains { holds($0.lowerBound) }
        }
        if isIn { isIn = limits.allSatisfy { $0.contains(scalar) } }
        return isIn != isInverted
    }

    private func holds(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar) } || categories.contains { $0.contains(scalar) }
    }
}

extension ScalarSet.Category {
    func contains(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .general(let name): Self.name(scalar.properties.generalCategory).hasPrefix(name)
        case .alphabetic: scalar.properties.isAlphabetic
        case .uppercase: scalar.properties.isUppercase
        case .lowercase: scalar.properties.isLowercase
        case .whitespace: scalar.properties.isWhitespace
        case .inverse(let set): !set.contains(scalar)
        }
    }

    private static func name(_ category: Unicode.GeneralCategory) -> String {
        switch category {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        case .surrogate: "Cs"
        case .privateUse: "Co"
        case .unassigned: "Cn"
        @unknown default: "Cn"
        }
    }
}
