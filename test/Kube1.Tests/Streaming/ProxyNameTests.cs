using Kube1.ApiServer.Streaming.Proxies;

namespace Kube1.Tests.Streaming;

public sealed class ProxyNameTests
{
    [TestCase("web", "", "web", "")]
    [TestCase("web:80", "", "web", "80")]
    [TestCase("web:http", "", "web", "http")]
    [TestCase("https:web:443", "https", "web", "443")]
    [TestCase("http:web:", "http", "web", "")]
    [TestCase(":web:80", "", "web", "80")]
    public void TryParse_Name_IsSplit(string id, string scheme, string name, string port)
    {
        Assert.That(ProxyName.TryParse(id, out var parsed), Is.True);
        Assert.That(parsed, Is.EqualTo(new ProxyName(scheme, name, port)));
    }

    [TestCase("")]
    [TestCase(":80")]
    [TestCase("ftp:web:80")]
    [TestCase("https:web:443:x")]
    public void TryParse_Malformed_IsRefused(string id) => Assert.That(ProxyName.TryParse(id, out _), Is.False);
}
