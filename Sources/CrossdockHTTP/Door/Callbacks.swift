internal import CCurl

/// What libcurl calls, on the thread of the ``TransferLoop`` that drives the handle.
enum Callbacks {
    static let write: ccurl_data_function = { bytes, size, count, owner in
        guard let transfer = transfer(owner) else { return 0 }
        return transfer.receiveBody(UnsafeRawBufferPointer(start: bytes, count: size &* count))
    }

    static let header: ccurl_data_function = { bytes, size, count, owner in
        guard let transfer = transfer(owner) else { return 0 }
        let line = UnsafeRawBufferPointer(start: bytes, count: size &* count)
        return transfer.receiveHeader(line) ? line.count : 0
    }

    static let read: ccurl_data_function = { bytes, size, count, owner in
        guard let transfer = transfer(owner) else { return ccurl_read_abort }
        return transfer.provideBody(
            into: UnsafeMutableRawBufferPointer(start: bytes, count: size &* count))
    }

    static let seek: ccurl_seek_function = { owner, offset, origin in
        guard offset == 0, origin == SEEK_SET, let transfer = transfer(owner), transfer.rewind()
        else { return CURL_SEEKFUNC_CANTSEEK }
        return CURL_SEEKFUNC_OK
    }

    static let openSocket: ccurl_socket_function = { owner, _, address in
        guard let address, let transfer = transfer(owner) else { return ccurl_socket_refused }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = Int(ccurl_address_bytes(address, &bytes))
        let target = IPAddress(bytes: Array(bytes.prefix(count)))
        guard count > 0, transfer.allows(target) else { return ccurl_socket_refused }
        return ccurl_open_socket(address)
    }

    static let willSend: ccurl_request_function = { owner, remote, _, _, _ in
        guard let transfer = transfer(owner) else { return CURL_PREREQFUNC_ABORT }
        let address = remote.flatMap { IPAddress(parsing: String(cString: $0)) }
        return transfer.willSend(to: address) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
    }

    private static func transfer(_ owner: UnsafeMutableRawPointer?) -> Transfer? {
        owner.flatMap { Unmanaged<EasyHandle>.fromOpaque($0).takeUnretainedValue().transfer }
    }
}
