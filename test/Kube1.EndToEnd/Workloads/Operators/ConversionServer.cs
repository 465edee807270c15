using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads.Operators;

/// <summary>
/// The conversion webhook of Websites: a server of its own on this machine, with a certificate that signs itself. It can be
/// stopped and started again at the same address.
/// </summary>
internal sealed class ConversionServer : IAsyncDisposable
{
    private const string Script = "test/Kube1.EndToEnd/Workloads/Operators/testdata/convert.mjs";

    private readonly string _folder = Directory.CreateTempSubdirectory("kube1-conversion").FullName;
    private RunningProgram? _server;

    private ConversionServer()
    {
    }

    public int Port { get; } = TestNetwork.NextPort();

    public string Url => $"https://127.0.0.1:{Port}/convert";

    /// <summary>The certificate as a definition's caBundle has it.</summary>
    public string CaBundle { get; private set; } = "";

    public static async Task<ConversionServer> StartAsync()
    {
        var server = new ConversionServer();
        server.WriteCertificate();
        await server.StartAgainAsync();
        return server;
    }

    public async Task StopAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
            _server = null;
        }
    }

    public async Task StartAgainAsync()
    {
        _server = new RunningProgram(Programs.Start("node",
        [
            Path.Combine(Checkout.Root, Script), Path.Combine(_folder, "key.pem"), Path.Combine(_folder, "certificate.pem"),
            Port.ToString(CultureInfo.InvariantCulture),
        ]));
        _ = await _server.ReadLineAsync() ?? throw new AssertionException("the webhook ended: " + _server.Errors);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=website-conversion", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        var pem = certificate.ExportCertificatePem();
        File.WriteAllText(Path.Combine(_folder, "certificate.pem"), pem);
        File.WriteAllText(Path.Combine(_folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        CaBundle = Convert.ToBase64String(Encoding.ASCII.GetBytes(pem));
    }
}
