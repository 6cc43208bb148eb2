extension SalesforceSystem {
    func jobs(_ call: SalesforceCall) throws(APIError) -> SandboxResponse { throw .notFound }
}
