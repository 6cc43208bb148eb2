#if !DEBUG
    import CrossdockData
    import Testing

    @testable import CrossdockModels

    /// Ratios to the C libraries in the same run; absolute times depend on the machine.
    @Suite("Speed", .serialized)
    struct SpeedTests {
        /// The median time of one call, in nanoseconds.
        static func median(_ calls: Int, _ call: (Int) throws -> Void) rethrows -> (
            p50: Double, p99: Double
        ) {
            let clock = ContinuousClock()
            var times: [Double] = []
            for number in 0..<calls {
                let start = clock.now
                try call(number)
                let time = clock.now - start
                times.append(Double(time.components.attoseconds) / 1e9)
            }
            times.sort()
            return (times[calls / 2], times[calls * 99 / 100])
        }

        @Test("One row through native trees takes a fifth of the library's call, or less")
        func trees() throws {
            let model = try Telco.candidate.get().model
            let trees = try #require(model.scorer as? TreeScorer).trees
            let booster = try Booster.load(model.artifact.file.bytes)
            let table = try TrainingTable(.jsonLines(Telco.jsonLines), for: model.spec)
            let rows = Array(0..<2_000)
            let encoded = model.pipeline.encode(table, rows, as: Float.self)
            let width = trees.columns
            var sum: Float = 0
            let native = try encoded.withUnsafeBufferPointer { encoded in
                var score: Float = 0
                let start = try #require(encoded.baseAddress)
                return Self.median(20_000) { number in
                    trees.score(start + number % rows.count * width, into: &score)
                    sum += score
                }
            }
            let library = try encoded.withUnsafeBufferPointer { encoded in
                try Self.median(20_000) { number in
                    let at = number % rows.count * width
                    let row = UnsafeBufferPointer(rebasing: encoded[at..<(at + width)])
                    sum += try booster.score(row, rows: 1) { $0[0] }
                }
            }
            let documents = try rows.map { try JSONDocument(Telco.records[$0].json) }
            let whole = try Self.median(20_000) { number in
                sum += Float(try model.score(documents[number % rows.count].root).score)
            }
            let explained = try Self.median(5_000) { number in
                sum += Float(
                    try model.score(documents[number % rows.count].root, reasons: .usual).score)
            }
            print(
                """
                one row, ns (p50/p99): native trees \(native), record to prediction \(whole), with reasons \
                \(explained), C API \(library), checksum \(sum)
                """)
            #expect(native.p50 * 5 <= library.p50)
            #expect(whole.p50 <= library.p50 * 1.2)
        }

        @Test("Training the churn model takes well under two seconds")
        func training() throws {
            let clock = ContinuousClock()
            let lines = Telco.jsonLines
            let time = try clock.measure {
                _ = try Trainer().train(try Telco.spec(), on: .jsonLines(lines))
            }
            print("training: \(time)")
            #expect(time < .seconds(2))
        }

        @Test("An ONNX row costs little more than the bare run")
        func onnx() throws {
            let bytes = try Fixture.bytes("reference/onnx/logistic_pipeline.onnx")
            let session = try ONNXSession(bytes)
            let shape = ScorerShape(
                task: .binary, classes: ["0", "1"], features: (0..<30).map { ("f\($0)", 1, false) })
            let scorer = try ONNXScorer(bytes, shape)
            let row = [Double](repeating: 1, count: 30)
            let features = UnsafeMutableBufferPointer<Float>.allocate(capacity: 30)
            features.initialize(repeating: 1)
            defer { features.deallocate() }
            var sum = 0.0
            var score = 0.0
            let clock = ContinuousClock()
            var times: (bare: [Double], scored: [Double]) = ([], [])
            // In turns, so that whatever else runs on the machine meets both alike.
            for _ in 0..<10_000 {
                let start = clock.now
                try session.run(features, rows: 1, columns: 30) { values throws(ModelError) in
                    sum += Double(values.count)
                }
                let middle = clock.now
                try scorer.score(row, texts: [], into: &score)
                let end = clock.now
                sum += score
                times.bare.append(Double((middle - start).components.attoseconds) / 1e9)
                times.scored.append(Double((end - middle).components.attoseconds) / 1e9)
            }
            let bare = Statistics.quantile(times.bare.sorted(), 0.5)
            let scored = Statistics.quantile(times.scored.sorted(), 0.5)
            print("ONNX row, ns (p50): bare run \(bare), scorer \(scored), checksum \(sum)")
            #expect(scored <= bare * 1.5)
        }
    }
#endif
