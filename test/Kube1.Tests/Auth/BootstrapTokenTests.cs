using System.Text;
using Kube1.Api.Models;
using Kube1.ApiServer.Auth.Tokens;

namespace Kube1.Tests.Auth;

public sealed class BootstrapTokenTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [TestCase("", true)]
    [TestCase("2030-01-01T00:00:01Z", true)]
    [TestCase("2030-01-01T00:00:00.5Z", true)]
    [TestCase("2030-01-01T02:00:00+01:00", true)]
    [TestCase("2030-01-01T00:00:00Z", false)]
    [TestCase("2030-01-01T00:30:00+01:00", false)]
    [TestCase("2031-01-01", false)]
    [TestCase("2031", false)]
    [TestCase("2031-01-01T00:00:00", false)]
    [TestCase("12/31/2031", false)]
    [TestCase("never", false)]
    public void Verify_ByExpiration_OnlyRfc3339Counts(string expiration, bool isGood) =>
        Assert.That(Verify(expiration) is not null, Is.EqualTo(isGood));

    private static object? Verify(string expiration)
    {
        var secret = FakeObjects.Named(new V1Secret(), "kube-system", "bootstrap-token-abcdef");
        secret.Type = "bootstrap.kubernetes.io/token";
        secret.Data = new Dictionary<string, byte[]>
        {
            ["token-id"] = "abcdef"u8.ToArray(),
            ["token-secret"] = "0123456789abcdef"u8.ToArray(),
            ["usage-bootstrap-authentication"] = "true"u8.ToArray(),
            ["expiration"] = Encoding.UTF8.GetBytes(expiration),
        };
        return new BootstrapTokenVerifier(() => new FakeObjects(secret), new FixedClock(Now)).Verify("abcdef.0123456789abcdef");
    }
}
