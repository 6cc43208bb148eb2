// swift-tools-version: 6.2
import PackageDescription

// Every target of ours compiles under the same rules; packages we depend on keep their own.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

// One name per connector; its folder, module and test target follow from the name.
let connectors = ["Salesforce", "SAP"]

/// A target of ours under `Sources/`, with its tests under `Tests/` when `tested`.
func module(
    _ name: String,
    _ dependencies: [Target.Dependency],
    resources: [Resource] = [],
    exclude: [String] = [],
    tested: Bool = true,
    testDependencies: [Target.Dependency] = [],
    fixtures: Bool = false
) -> [Target] {
    let target = Target.target(
        name: name, dependencies: dependencies, exclude: exclude, resources: resources,
        swiftSettings: settings)
    guard tested else { return [target] }
    return [
        target,
        .testTarget(
            name: "\(name)Tests",
            dependencies: [.target(name: name)] + testDependencies,
            resources: fixtures ? [.copy("Fixtures")] : [],
            swiftSettings: settings),
    ]
}

// Doors to C libraries: a module map and a shim, no logic. Each is imported by one target alone.
let doors: [Target] = [
    .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),
    .systemLibrary(name: "CXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
        name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
        name: "CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
    .target(name: "CXGBoost", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CONNXRuntime", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "COpenBLAS", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CPlatform"),
    .target(name: "CInflate", linkerSettings: [.linkedLibrary("z")]),
    .target(name: "CDemoData", dependencies: ["CInflate"], exclude: ["data", "PROVENANCE.md"]),
    .target(name: "CSandboxData", dependencies: ["CInflate"], exclude: ["data", "PROVENANCE.md"]),
]

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let lifecycle: Target.Dependency = .product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")

// Arrows go down only: a module imports modules of the levels before its own.
let level0 =
    module("CrossdockDiagnostics", [])
    + module("CrossdockCrypto", ["CrossdockDiagnostics", "COpenSSL"])
let level1 =
    module("CrossdockData", ["CrossdockDiagnostics", "CSimdjson"])
    + module("CrossdockXML", ["CrossdockDiagnostics", "CXML2"])
let level2 =
    module(
        "CrossdockSettings",
        ["CrossdockDiagnostics", "CrossdockData", .product(name: "Yams", package: "Yams")])
    + module("CrossdockJSONata", ["CrossdockDiagnostics", "CrossdockData"], fixtures: true)
let level3 =
    module(
        "CrossdockCore",
        [
            "CrossdockDiagnostics", "CrossdockData", "CrossdockXML", "CrossdockSettings",
            "CrossdockCrypto", log,
        ])
    + module(
        "CrossdockMapping",
        [
            "CrossdockDiagnostics", "CrossdockData", "CrossdockSettings", "CrossdockJSONata",
            "CrossdockXML",
        ],
        resources: [
            "countries.csv", "currencies.csv", "languages.csv", "units.csv", "subdivisions.txt",
            "latin-ascii.txt",
        ].map { .embedInCode("Codes/Data/\($0)") }, exclude: ["Codes/Data/PROVENANCE.md"])
    + module(
        "CrossdockModels",
        [
            "CrossdockDiagnostics", "CrossdockData", "CrossdockSettings", "CrossdockCrypto",
            "CrossdockJSONata", "CXGBoost", "CONNXRuntime", "COpenBLAS",
        ], fixtures: true)
let level4 =
    module(
        "CrossdockExpressions",
        [
            "CrossdockDiagnostics", "CrossdockData", "CrossdockXML", "CrossdockSettings",
            "CrossdockCrypto", "CrossdockCore",
        ], fixtures: true)
    + module(
        "CrossdockHTTP",
        [
            "CrossdockDiagnostics", "CrossdockData", "CrossdockSettings", "CrossdockCrypto",
            "CrossdockCore", "CCurl", "CZlib", log,
        ],
        testDependencies: [nioCore, nioPosix, nioSSL])
    + module(
        "CrossdockBus",
        [
            "CrossdockCore", "CrossdockCrypto", "CrossdockData", "CrossdockDiagnostics",
            "CrossdockSettings", "CRabbitMQ", "CPlatform", log,
        ])
    + module(
        "CrossdockStore",
        ["CrossdockCore", "CrossdockDiagnostics", .product(name: "GRDB", package: "GRDB.swift")],
        testDependencies: ["CrossdockTesting"])
    + module("CrossdockObservability", ["CrossdockCore", "CrossdockData", log])
let level5 =
    module(
        "CrossdockRouting",
        [
            "CrossdockDiagnostics", "CrossdockData", "CrossdockSettings", "CrossdockCore",
            "CrossdockExpressions", log,
        ], testDependencies: ["CrossdockTesting", "CrossdockProcessors"])
    + module(
        "CrossdockProcessors",
        [
            "CrossdockDiagnostics", "CrossdockData", "CrossdockXML", "CrossdockSettings",
            "CrossdockCrypto", "CrossdockCore", "CrossdockExpressions", "CrossdockMapping",
            "CrossdockModels", log,
        ], testDependencies: ["CrossdockTesting"], fixtures: true)
    + module(
        "CrossdockSandbox",
        [
            "CrossdockDiagnostics", "CrossdockData", "CrossdockXML", "CrossdockCrypto",
            "CSandboxData", log, nioCore, nioPosix, nioHTTP1, nioSSL,
        ], exclude: ["README.md"],
        testDependencies: ["CDemoData", nioCore, nioPosix, nioHTTP1, nioSSL])
let level6: [Target] = connectors.flatMap { name -> [Target] in
    let folder = "connectors/\(name.lowercased())"
    return [
        .target(
            name: "\(name)Connector",
            dependencies: ["CrossdockCore", "CrossdockHTTP", "CrossdockXML", "CrossdockCrypto"],
            path: "\(folder)/Sources",
            resources: [.embedInCode("connector.yaml")],
            swiftSettings: settings),
        .testTarget(
            name: "\(name)ConnectorTests",
            dependencies: [
                .target(name: "\(name)Connector"), "CrossdockTesting", "CrossdockSandbox",
            ],
            path: "\(folder)/Tests",
            resources: [.copy("Fixtures")],
            swiftSettings: settings),
    ]
}
let level7 = module(
    "CrossdockCatalog",
    [
        "CrossdockDiagnostics", "CrossdockData", "CrossdockXML", "CrossdockSettings",
        "CrossdockCrypto", "CrossdockCore", "CrossdockRouting", "CrossdockProcessors",
        "CrossdockHTTP", "CrossdockBus", "CrossdockStore", "CrossdockMapping", "CrossdockModels",
        "CrossdockExpressions", "CrossdockJSONata", "CrossdockSandbox",
    ] + connectors.map { .target(name: "\($0)Connector") }, tested: false)
let testing: [Target] = module(
    "CrossdockTesting",
    [
        "CrossdockDiagnostics", "CrossdockData", "CrossdockSettings", "CrossdockCore",
        "CrossdockExpressions", "CrossdockRouting", "CrossdockProcessors", log,
    ], tested: false)
let level8 = module(
    "CrossdockHub",
    [
        "CrossdockDiagnostics", "CrossdockData", "CrossdockSettings", "CrossdockCrypto",
        "CrossdockCore", "CrossdockRouting", "CrossdockProcessors", "CrossdockHTTP", "CrossdockBus",
        "CrossdockStore", "CrossdockMapping", "CrossdockModels", "CrossdockExpressions",
        "CrossdockXML", "CrossdockJSONata", "CrossdockSandbox", "CrossdockObservability",
        "CrossdockCatalog",
        "CDemoData", "CPlatform", hummingbird, lifecycle, nioCore, log,
    ],
    resources: [
        "crossdock.yaml", "accounts-from-salesforce.camel.yaml", "accounts-to-sap.camel.yaml",
        "account-to-business-partner.yaml", "country.csv", "model.yaml", "Account.json",
        "A_BusinessPartner.json",
    ].map { .embedInCode("Resources/\($0)") })
let commandLine: [Target] = [
    .executableTarget(
        name: "crossdock",
        dependencies: [
            "CrossdockHub", "CrossdockCatalog", "CrossdockDiagnostics", "CrossdockData",
            "CrossdockSettings", "CrossdockCore", "CrossdockRouting", "CrossdockProcessors",
            "CrossdockMapping", "CrossdockJSONata", "CrossdockModels", "CrossdockSandbox",
            "CrossdockTesting", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            log,
        ],
        swiftSettings: settings)
]
let endToEnd: [Target] = [
    .testTarget(
        name: "EndToEndTests", dependencies: ["CrossdockHub", "CrossdockCrypto"],
        swiftSettings: settings)
]

// What the package in Benchmarks/ measures; nobody else builds on it.
let benchmarked = [
    "Bus", "Data", "Diagnostics", "Expressions", "HTTP", "Mapping", "Models",
    "Processors", "Routing", "Settings",
].map { "Crossdock\($0)" }

let package = Package(
    name: "crossdock",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "crossdock", targets: ["crossdock"]),
        .library(name: "CrossdockCore", targets: ["CrossdockCore"]),
        .library(name: "CrossdockTesting", targets: ["CrossdockTesting"]),
    ] + benchmarked.map { .library(name: $0, targets: [$0]) },
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1",
            traits: ["FullFoundation"]),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: doors + level0 + level1 + level2 + level3 + level4 + level5 + level6 + level7
        + testing + level8 + commandLine + endToEnd,
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
