#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Tells whether the thread's stack has room for more recursion, so that it is refused, not overrun.
struct StackGuard {
    // The lowest address to go down to; found at the first question, for it costs a system call.
    private var floor: UInt?

    private static let reserve: UInt = 192 << 10
    /// What every thread has, where the system does not say. Unit: bytes below the first question.
    private static let assumed: UInt = 256 << 10

    var hasRoom: Bool {
        mutating get {
            var marker: UInt8 = 0
            let here = withUnsafeMutablePointer(to: &marker) { UInt(bitPattern: $0) }
            let lowest = floor ?? Self.lowestAddress(from: here)
            floor = lowest
            return here > lowest
        }
    }

    private static func lowestAddress(from here: UInt) -> UInt {
        guard let bottom else { return here > assumed ? here - assumed : 0 }
        return bottom + reserve
    }

    #if canImport(Darwin)
        private static var bottom: UInt? {
            let thread = pthread_self()
            return UInt(bitPattern: pthread_get_stackaddr_np(thread))
                - UInt(pthread_get_stacksize_np(thread))
        }
    #else
        private typealias GetAttributes =
            @convention(c) (pthread_t, UnsafeMutablePointer<pthread_attr_t>) -> CInt

        // Its declaration is hidden from Swift, being an extension of the C library.
        private static let getAttributes: GetAttributes? = {
            guard let symbol = dlsym(nil, "pthread_getattr_np") else { return nil }
            return unsafeBitCast(symbol, to: GetAttributes.self)
        }()

        private static var bottom: UInt? {
            var attributes = pthread_attr_t()
            guard let getAttributes, getAttributes(pthread_self(), &attributes) == 0 else {
                return nil
            }
            defer { pthread_attr_destroy(&attributes) }
            var start: UnsafeMutableRawPointer?
            var size = 0
            guard pthread_attr_getstack(&attributes, &start, &size) == 0, let start else {
                return nil
            }
            return UInt(bitPattern: start)
        }
    #endif
}
