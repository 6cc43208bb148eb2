public import CrossdockDiagnostics

/// An empty project with one route that runs.
public enum StarterProject {
    /// - Throws: ``DiagnosticsError`` for a directory that cannot be written or holds such a file.
    public static func write(to directory: String, replacing: Bool) throws(DiagnosticsError) {
        for (path, text) in files {
            try ProjectFile.write(
                Array(text.utf8), to: directory + "/" + path, replacing: replacing)
        }
    }

    private static let files: [(String, String)] = [
        (
            "crossdock.yaml",
            """
            # Settings and connections; `crossdock config explain` lists every key.
            # Secrets never stand here: use "{{env:NAME}}" or "{{file:/path}}".
            connections: {}
              # salesforce:
              #   system: salesforce
              #   url: https://login.salesforce.com
              #   auth: { kind: clientCredentials, clientId: "{{env:SALESFORCE_CLIENT_ID}}",
              #           clientSecret: "{{env:SALESFORCE_CLIENT_SECRET}}" }
            properties:
              greeting: It runs.

            """
        ),
        (
            "routes/hello.camel.yaml",
            """
            # Logs a line every ten seconds.
            - route:
                id: hello
                from:
                  uri: timer:hello
                  parameters:
                    period: "10000"
                  steps:
                    - log:
                        message: "{{greeting}}"

            """
        ),
        (
            ".gitignore",
            """
            .crossdock/
            .env

            """
        ),
        (
            ".env.example",
            """
            SALESFORCE_CLIENT_ID=
            SALESFORCE_CLIENT_SECRET=

            """
        ),
    ]
}
