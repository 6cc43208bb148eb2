internal import Glibc

/// An address of the internet protocol, as it stands in a socket.
struct IPAddress: Hashable, Sendable {
    /// Network order: 4 bytes or 16.
    let bytes: [UInt8]

    enum Scope: Hashable {
        case everyone
        /// RFC 1918, unique local, and shared address space of carriers.
        case privateNetwork
        case loopback
        /// Where cloud providers keep the credentials of a machine.
        case linkLocal
        /// Unspecified, multicast, broadcast, documentation and other reserved ranges.
        case reserved
    }

    /// - Source: IANA special-purpose address registries (RFC 6890 and its updates).
    var scope: Scope {
        if bytes.count == 4 { return Self.scope(of: (bytes[0], bytes[1], bytes[2], bytes[3])) }
        guard bytes.count == 16 else { return .reserved }
        if let embedded = embeddedV4 { return Self.scope(of: embedded) }
        if bytes[..<15].allSatisfy({ $0 == 0 }) { return bytes[15] == 1 ? .loopback : .reserved }
        switch (bytes[0], bytes[1]) {
        case (0xFC...0xFD, _): return .privateNetwork
        case (0xFE, 0x80...0xBF): return .linkLocal
        case (0xFE, 0xC0...0xFF): return .privateNetwork
        case (0x20, 0x01) where bytes[2] < 0x02: return .reserved
        case (0x20, 0x01) where bytes[2] == 0x0D && bytes[3] == 0xB8: return .reserved
        case (0x20...0x3F, _): return .everyone
        default: return .reserved
        }
    }

    /// The IPv4 address inside a mapped, compatible, translated or 6to4 one: a way around a check
    /// that looks at IPv6 only.
    private var embeddedV4: (UInt8, UInt8, UInt8, UInt8)? {
        let last = (bytes[12], bytes[13], bytes[14], bytes[15])
        if bytes[..<10].allSatisfy({ $0 == 0 }) {
            if bytes[10] == 0xFF, bytes[11] == 0xFF { return last }
            if bytes[10] == 0, bytes[11] == 0, last.0 != 0 { return last }
        }
        if bytes[..<4] == [0x00, 0x64, 0xFF, 0x9B] { return last }
        if bytes[0] == 0x20, bytes[1] == 0x02 { return (bytes[2], bytes[3], bytes[4], bytes[5]) }
        return nil
    }

    private static func scope(of address: (UInt8, UInt8, UInt8, UInt8)) -> Scope {
        switch (address.0, address.1, address.2) {
        case (127, _, _): .loopback
        case (10, _, _), (172, 16...31, _), (192, 168, _), (100, 64...127, _): .privateNetwork
        case (169, 254, _): .linkLocal
        case (0, _, _), (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 18...19, _),
            (198, 51, 100), (203, 0, 113), (224..., _, _):
            .reserved
        default: .everyone
        }
    }
}

extension IPAddress: CustomStringConvertible {
    var description: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        return stride(from: 0, to: bytes.count - 1, by: 2).map {
            String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
        }.joined(separator: ":")
    }
}

extension IPAddress {
    /// Reads the numeric form, as a socket names its peer.
    init?(parsing text: String) {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.init(bytes: Array(bytes.prefix(4)))
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            self.init(bytes: bytes)
        } else {
            return nil
        }
    }
}
