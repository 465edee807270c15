using Kube1.Cluster.Configuration;

namespace Kube1.Tests.Cluster.Configuration;

public sealed class AuthenticationSettingsTests
{
    [Test]
    public void Load_AllOfOidc_AreTaken()
    {
        var config = Load(
            ("oidc-issuer-url", "https://issuer.example.com/"), ("oidc-client-id", "kube"), ("oidc-username-claim", "email"),
            ("oidc-username-prefix", "-"), ("oidc-groups-claim", "groups"), ("oidc-groups-prefix", "oidc:"),
            ("oidc-signing-algs", "RS256,ES256"), ("oidc-required-claim", "hd=example.com")).Authentication;

        Assert.That(config.OidcIssuerText, Is.EqualTo("https://issuer.example.com/"));
        Assert.That(config.OidcClientId, Is.EqualTo("kube"));
        Assert.That(config.OidcUsernameClaim, Is.EqualTo("email"));
        Assert.That(config.OidcUsernamePrefix, Is.EqualTo("-"));
        Assert.That(config.OidcGroupsClaim, Is.EqualTo("groups"));
        Assert.That(config.OidcGroupsPrefix, Is.EqualTo("oidc:"));
        Assert.That(config.OidcSigningAlgorithms, Is.EqualTo((string[])["RS256", "ES256"]));
        Assert.That(config.OidcRequiredClaims["hd"], Is.EqualTo("example.com"));
    }

    [TestCase("oidc-issuer-url", "http://issuer.example.com", "a URL such as https://issuer.example.com is expected")]
    [TestCase("oidc-issuer-url", "https://issuer.example.com?a=b", "without user, query and fragment")]
    [TestCase("oidc-signing-algs", "HS256", "one of ES256, ES384")]
    [TestCase("oidc-signing-algs", "none", "one of ES256, ES384")]
    [TestCase("oidc-required-claim", "hd", "KEY=VALUE is expected")]
    [TestCase("oidc-ca-file", "/nonexistent/ca.crt", "'/nonexistent/ca.crt' does not do")]
    [TestCase("requestheader-client-ca-file", "/dev/null", "a file with certificates in PEM is expected")]
    [TestCase("requestheader-username-headers", "X-A,,X-B", "an item of the list is empty")]
    [TestCase("oidc-client-id", "kube", "--oidc-issuer-url and --oidc-client-id must be specified together when any --oidc-* flags are set")]
    [TestCase("oidc-groups-claim", "groups", "must be specified together")]
    public void Load_BadValue_SaysWhatIsExpected(string name, string value, string message) =>
        Assert.That(() => Load((name, value)), Throws.TypeOf<ConfigException>().With.Message.Contains(message));

    private static ClusterConfig Load(params (string Name, string Value)[] given)
    {
        using var file = new EmptyFile();
        return ConfigLoader.Load(
            SettingScope.Server, file.Path, _ => null,
            given.ToDictionary(g => g.Name, g => (IReadOnlyList<string>)[g.Value], StringComparer.Ordinal));
    }
}
