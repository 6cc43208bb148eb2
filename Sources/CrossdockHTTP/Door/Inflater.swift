internal import CZlib

/// Unpacks a gzip body as it arrives.
///
/// libcurl could do so too, but takes a body that ends in the middle of the packed bytes for a whole
/// one. Here only the end that the format itself marks is an end.
///
/// - Ownership: holds the only state of zlib and frees it in `deinit`.
/// - Source: RFC 1952.
struct Inflater: ~Copyable {
    enum Failure: Error {
        case damaged
        case outOfMemory
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private let output: UnsafeMutableRawBufferPointer
    /// Whether the bytes so far are whole: nothing at all, or members that have all ended.
    private(set) var isAtEnd = true

    init() throws(Failure) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        output = .allocate(byteCount: 64 * 1024, alignment: 16)
        guard czlib_inflate_init_gzip(stream) == Z_OK else { throw .outOfMemory }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        output.deallocate()
    }

    /// Unpacks the next bytes.
    ///
    /// - Parameter take: Gets the unpacked bytes, at most 64 KiB at a time; false ends the work.
    mutating func inflate(
        _ input: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) -> Bool
    ) throws(Failure) {
        guard let first = input.bindMemory(to: UInt8.self).baseAddress else { return }
        stream.pointee.next_in = UnsafeMutablePointer(mutating: first)
        stream.pointee.avail_in = UInt32(clamping: input.count)
        var isOutputFull = false
        while stream.pointee.avail_in > 0 || isOutputFull {
            // Several members in a row are one body.
            if isAtEnd, stream.pointee.avail_in > 0 {
                guard inflateReset(stream) == Z_OK else { throw .damaged }
                isAtEnd = false
            }
            stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_out = UInt32(output.count)
            let status = CZlib.inflate(stream, Z_NO_FLUSH)
            guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
                throw status == Z_MEM_ERROR ? .outOfMemory : .damaged
            }
            let count = output.count - Int(stream.pointee.avail_out)
            if count > 0, !take(UnsafeRawBufferPointer(rebasing: output[..<count])) { return }
            isAtEnd = status == Z_STREAM_END
            isOutputFull = stream.pointee.avail_out == 0 && !isAtEnd
            if status == Z_BUF_ERROR, count == 0 { return }
        }
    }
}
