extension Pattern {
    /// Runs a program over a text, all threads in step.
    struct Machine {
        private let program: [Instruction]
        private let scalars: [Unicode.Scalar]
        private var current = Threads()
        private var following = Threads()
        /// By instruction: the step in which it was last added, so that none runs twice in one.
        private var added: [Int]

        private struct Threads {
            var list: [(instruction: Int, start: Int)] = []
        }

        init(_ program: [Instruction], _ scalars: [Unicode.Scalar]) {
            self.program = program
            self.scalars = scalars
            added = Array(repeating: -1, count: program.count)
        }

        /// - Returns: The range of the leftmost match, as Java prefers it.
        mutating func run(from start: Int, mustReachEnd: Bool, isAnchored: Bool) -> Range<Int>? {
            current.list.removeAll(keepingCapacity: true)
            following.list.removeAll(keepingCapacity: true)
            for index in added.indices { added[index] = -1 }
            var best: Range<Int>?
            var at = start
            while true {
                if best == nil, at == start || !isAnchored {
                    add(0, start: at, at: at, isFollowing: false)
                }
                if current.list.isEmpty, isAnchored || best != nil { break }
                following.list.removeAll(keepingCapacity: true)
                let scalar = at < scalars.count ? scalars[at] : nil
                step(scalar, at: at, mustReachEnd: mustReachEnd, best: &best)
                swap(&current, &following)
                guard at < scalars.count else { break }
                at += 1
            }
            return best
        }

        private mutating func step(
            _ scalar: Unicode.Scalar?, at: Int, mustReachEnd: Bool, best: inout Range<Int>?
        ) {
            for thread in current.list {
                let advances: Bool
                switch program[thread.instruction] {
                case .scalar(let wanted): advances = scalar == wanted
                case .any: advances = scalar.map { $0 != "\n" && $0 != "\r" } ?? false
                case .set(let set): advances = scalar.map { set.contains($0) } ?? false
                case .match:
                    if mustReachEnd, at != scalars.count { continue }
                    best = thread.start..<at
                    return  // threads after this one are less preferred
                case .split, .jump, .assertion: continue
                }
                if advances {
                    add(thread.instruction + 1, start: thread.start, at: at + 1, isFollowing: true)
                }
            }
        }

        /// Follows jumps, splits and assertions; a stack of our own, because programs may be long.
        private mutating func add(
            _ first: Int, start: Int, at: Int, isFollowing: Bool
        ) {
            var pending = [first]
            while let instruction = pending.popLast() {
                guard added[instruction] != at else { continue }
                added[instruction] = at
                switch program[instruction] {
                case .jump(let target): pending.append(target)
                case .split(let preferred, let other):
                    pending.append(other)
                    pending.append(preferred)
                case .assertion(let assertion):
                    if holds(assertion, at: at) { pending.append(instruction + 1) }
                default:
                    if isFollowing {
                        following.list.append((instruction, start))
                    } else {
                        current.list.append((instruction, start))
                    }
                }
            }
        }

        private func holds(_ assertion: PatternAssertion, at: Int) -> Bool {
            switch assertion {
            case .textStart: return at == 0
            case .textEnd: return at == scalars.count
            case .lastLineEnd:
                return at == scalars.count || (at == scalars.count - 1 && scalars[at] == "\n")
                    || (at == scalars.count - 2 && scalars[at] == "\r" && scalars[at + 1] == "\n")
            case .lineStart: return at == 0 || scalars[at - 1] == "\n"
            case .lineEnd: return at == scalars.count || scalars[at] == "\n"
            case .wordBoundary: return isWord(at - 1) != isWord(at)
            case .noWordBoundary: return isWord(at - 1) == isWord(at)
            }
        }

        private func isWord(_ at: Int) -> Bool {
            scalars.indices.contains(at) && ScalarSet.word.contains(scalars[at])
        }
    }
}
