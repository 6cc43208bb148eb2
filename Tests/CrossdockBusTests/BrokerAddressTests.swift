internal import CrossdockBus
internal import CrossdockDiagnostics
internal import CrossdockSettings
internal import Testing

@Suite("Broker addresses")
struct BrokerAddressTests {
    struct Good: Sendable {
        var url: String
        var hosts: [String]
        var user: String?
        var password = ""
        var virtualHost = "/"
        var isSecure = false
    }

    @Test(
        "Every form of the URI specification is read",
        arguments: [
            Good(
                url: "amqp://hub:s3cret@broker.example:5673/prod", hosts: ["broker.example:5673"],
                user: "hub", password: "s3cret", virtualHost: "prod"),
            Good(
                url: "amqp://localhost", hosts: ["localhost:5672"], user: "guest",
                password: "guest"),
            Good(
                url: "amqp://127.0.0.1/", hosts: ["127.0.0.1:5672"], user: "guest",
                password: "guest"),
            Good(
                url: "AMQP://hub@host/%2F", hosts: ["host:5672"], user: "hub", virtualHost: "/"),
            Good(
                url: "amqp://us%65r%40x:p%3Aw%2Fd@host:10000/v%2Fhost%20x", hosts: ["host:10000"],
                user: "user@x", password: "p:w/d", virtualHost: "v/host x"),
            Good(
                url: "amqps://hub:a:b@one.example,two.example:5999/v",
                hosts: ["one.example:5671", "two.example:5999"], user: "hub", password: "a:b",
                virtualHost: "v", isSecure: true),
            Good(
                url: "amqp://guest:guest@[::1]:5672/v", hosts: ["[::1]:5672"], user: "guest",
                password: "guest", virtualHost: "v"),
            Good(
                url: "amqps://broker.example", hosts: ["broker.example:5671"], user: nil,
                isSecure: true),
        ])
    func reads(good: Good) throws {
        let address = try BrokerAddress(good.url)
        #expect(address.hosts.map(\.description) == good.hosts)
        #expect(address.user == good.user)
        #expect(address.password.revealed == good.password)
        #expect(address.virtualHost == good.virtualHost)
        #expect(address.isSecure == good.isSecure)
    }

    @Test(
        "What is no address is refused, and the error does not show the password",
        arguments: [
            "", "amqp", "http://hub:s3cret@host", "amqp:/hub:s3cret@host", "amqp://", "amqp://hub@",
            "amqp://hub:s3cret@host:99999", "amqp://hub:s3cret@host:0", "amqp://hub:s3cret@host:x",
            "amqp://hub:s3cret@a,,b", "amqp://hub:s3%zzcret@host", "amqp://hub:s3cret@host/%",
            "amqp://hub:s3cret@host/v?heartbeat=1", "amqp://:s3cret@host",
            "amqp://hub:s3cret@[::1", "amqp://hub:s3cret@host/%FF%FE", "amqp://a:s3cret%00@host",
        ])
    func refuses(url: String) {
        #expect {
            _ = try BrokerAddress(url)
        } throws: { error in
            guard let error = error as? BusError else { return false }
            return error.code == .busAddress && !error.description.contains("s3cret")
        }
    }

    @Test(
        "guest is for this machine",
        arguments: [
            "amqp://broker.example", "amqp://guest:guest@10.0.0.1",
            "amqp://guest:x@localhost,broker.example", "amqp://guest@127.evil.example",
        ])
    func guest(url: String) {
        #expect {
            _ = try BrokerAddress(url)
        } throws: {
            ($0 as? BusError)?.code == .busGuest
        }
    }

    @Test("The redacted form has everything but the password")
    func redacted() throws {
        let address = try BrokerAddress("amqps://hub:s3cret@a.example,b.example:1/v")
        #expect(address.redacted == "amqps://hub@a.example:5671,b.example:1/v")
    }
}
