// swift-tools-version: 6.2
import PackageDescription

// A package of its own: what measures is no part of what ships.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

func ours(_ name: String) -> Target.Dependency { .product(name: name, package: "crossdock") }

let package = Package(
    name: "crossdock-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "crossdock", path: ".."),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    ],
    targets: [
        .executableTarget(
            name: "bench",
            dependencies: [
                "CReference", ours("CrossdockBus"), ours("CrossdockCore"), ours("CrossdockData"),
                ours("CrossdockDiagnostics"), ours("CrossdockExpressions"), ours("CrossdockHTTP"),
                ours("CrossdockMapping"), ours("CrossdockModels"), ours("CrossdockProcessors"),
                ours("CrossdockRouting"), ours("CrossdockSettings"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        // What the libraries underneath reach when nothing stands on them.
        .target(
            name: "CReference",
            cSettings: [.define("_GNU_SOURCE")],
            linkerSettings: [
                .linkedLibrary("simdjson"), .linkedLibrary("curl"), .linkedLibrary("dl"),
            ]),
        .executableTarget(
            name: "amqp-reference", path: "Bus", linkerSettings: [.linkedLibrary("rabbitmq")]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
