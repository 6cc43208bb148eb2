/// Keys made for these tests and signatures over the bytes `crossdock`, both by the `openssl` program.
enum SignatureVectors {
    static let message = Array("crossdock".utf8)

    static let rsaKey = """
        -----BEGIN PRIVATE KEY-----
        MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCoxWxAfshVJetE
        vbi6KOK/TAvP5+shOEP948WFlBBk2cBOqkRASuAAeHJcC48TT0WZh1L/98lJ5Mt1
        aJHtrrALE7Jo/xTNvbpG3gOvaC4N7Zhsk8r6L1aqW5UdER3rLLPDTM1KmOSv9pOc
        oX+Gg677UHDi8X2dTqjtyPP3AeDzQEIFcev5h0dF6+5qj927iyHlGuTbEUJ77dM4
        rSiE+asnE2vA0GtSAnzl33Js71euxlVDPz1hQMakh3mFTV4mJtGtGb7sfhgaYgSy
        YtP8GLgbz7XneXW7JXG+vCazRvGBlJ7qnlWy6IKIMU2CVnX47ZYw1ycmTCqrje2t
        PfxqMSK/AgMBAAECggEAGL8V7+EHK+EK/cHZ18YN9WHHq50Eb5MJ+SzQNhVvT/JT
        zdUOe+TesoL2tcNmH700Zd4fT/P7uk+He7gxCYpfOsiRFO8uFDrZGPIN1Ubv1c/8
        VRNYpFWTnhgepavwWJ7t3tmgkmsXwStlGobdpZIicqwpWUVyl0HE6FTaXOIUI2aQ
        D1nOamYhYGOqxJuLzsRuZZ3fQUH+MG1GYDjuvUgSyzUY+VI8q6AaSosk/9urcbjg
        6P34k4X6h4GkM0mS3GTCs9dmTW5TGmQlKd2t8LT93xKNnXu/jwjufF9W3wkcmIhU
        UzQslakQDElccshrqQMA+N9vmxlgtGRoi8JDZFYxCQKBgQDeWsagyCGO06qNSi5M
        WY30oyHyx/YM+726thpRxaEKXadQREGDCuzhM4RPfUmCgufUi1NREZm68tCBXc3p
        tnvCFQnI2Je/m/JvMCXSWCxlh2j0vTBr43QVImrBUonEZwd5tSeBWiEbufsYqf6Z
        hOuSWL4Jo4tmi0GgRk6LFTXgSQKBgQDCTwRHT7MQMu4jOG3PtnWBtMj03k/aBSMj
        9ygbAezhHZvJ5x0j4C3QKS/RdOlRXxAu9nnmmNGTVW2cGcHrHqAK5w+7IJPChDyi
        Cu8TSuSfFsSJZ/KrYb495koXDwiazf02Kh2M1daARxTLEOCe46PDFbg2NJPUQ1O5
        K8W05wV6xwKBgQDAL4vAyloe/hpK1tQfj8Qfr6SXGHg2DpyVtfIXvY6MzBfiS6yo
        HBhUKdfxcKPJ12WTkvzndCQArwDC4BYrLFvZi5+SZor6xUqNCfuWzDlLY/e2mZMx
        nT3nSoElKTcEd9zBOG+14PX+5gf+8Gerv3RxYJyY7i996V1Gr54RnrqbaQKBgQC7
        X7NCiSqlrldSA3JxYQPDhnBbIZ5jIZ0Xa5lzIdIp64F1m7bQB7hmCbGhDFqKK1/R
        ycEXi7pdl33RkE0dzDSNDvBuhSW36AkIQf713bzFZRE1Z9XtSp5H1rEPt2GW1pkd
        CFPiobrtjJ4SjD3vOpmK4ID5VI5RnHM6F2nZ3wW7tQKBgC8lQidiHRFsML2s4Vaj
        /E0gYeoP7YkuxSEpvJkXZeOGc3lE0N5adIP8SS4F4mac0l9/kHNxJFgVzJHgpA1o
        7pO/Sx8L+r/uqAUbx4eZBRqBmI95g61soMmCsupnaiCfpe6QURmt65CtJRWy4yS7
        wdomAaweMXZZtq+ubGNQ8P7Y
        -----END PRIVATE KEY-----
        """

    static let rsaPublicKey = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqMVsQH7IVSXrRL24uiji
        v0wLz+frIThD/ePFhZQQZNnATqpEQErgAHhyXAuPE09FmYdS//fJSeTLdWiR7a6w
        CxOyaP8Uzb26Rt4Dr2guDe2YbJPK+i9WqluVHREd6yyzw0zNSpjkr/aTnKF/hoOu
        +1Bw4vF9nU6o7cjz9wHg80BCBXHr+YdHRevuao/du4sh5Rrk2xFCe+3TOK0ohPmr
        JxNrwNBrUgJ85d9ybO9XrsZVQz89YUDGpId5hU1eJibRrRm+7H4YGmIEsmLT/Bi4
        G8+153l1uyVxvrwms0bxgZSe6p5VsuiCiDFNglZ1+O2WMNcnJkwqq43trT38ajEi
        vwIDAQAB
        -----END PUBLIC KEY-----
        """

    static let curveKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgq5TfgDQr5GDM0UMi
        VaZ6TfOekBpmQBWAjabp45IKKrChRANCAARnOxkH7zaPvjb2NwgvHZdGrQtze9TL
        z/C4+wdCtU4q9k1JYcfQEpQyhtYVZQrhWvO46n9qltouiIIhHJNvPby6
        -----END PRIVATE KEY-----
        """

    /// PKCS #1 v1.5; there is only one such signature.
    static let rs256 = """
        pO2N5NaH6ucmmM3pzqJ3UVi11PxQOMK6PEZFUyWxel/lSkbePtJVA9ECnhOkZuIWVUhpqtGKCn3DtzkI\
        ZH1th38FO+NnnfAa7So3G+Xhmble7yqhvSSdVj/lHP1zWH8BJxLqvMKMYZbGVrLL1B2g+YlGMgIQ8kXl\
        7HVnVzaZ1NiVQyYUbthSTRMPksYU7rNprLzbGEFAfucfSw+li2QOn8Y6oduK3o+MjxjiTbmXvfCgWD8U\
        y1lFBMmPAcUq3AVW0r+1jXIcpiuCydQieBEiJvbr0CZMi9xaX9/W4sj+FpQ1G+Q94mbeTnbHOzIw/adK\
        jV+7qm4liz135jyBQjIkCA==
        """

    static let ps256 = """
        cfDeLIeVEXQfXvU4rywKPuPY8ic65bQyGGKe0LxhvbbDBJ2I9Ow4XJFbvS4IY/inbGusQog9whIzmBrk\
        eu8E12BZ6x99OfUL/46z/PEHU3oyMoLuH6WYREBlT2NDA3jDk1Bzq2nz2Ct6k9PKX4lHSm+T7VfZ1Ewv\
        0XN7sl/UrsSTzilJDYXficoOQHHsZci+yqn/xWyJvoCh5sd0kQMlsapAgcwXtqCZ1vHMPuKQF3onPmCm\
        65zqZ7B+uPjnGzzWGlpLKreT5KWHM61sl2j0w8nA5WWesFPhtO6E4L8jlp1/mlYjXnbEP+duFCewffsj\
        uuLAJM4Jwe0JQHbhxZzH7A==
        """

    /// r and s side by side.
    static let es256 = """
        zbmQLZsoD0SoQBIzlHcV3OxRBe3RCe0bvR4VPWrPn3/SeqiZS0o8MxRxdg4SOw1tK1eH0EuVL/YBMPpY\
        Xy1f6A==
        """
}
