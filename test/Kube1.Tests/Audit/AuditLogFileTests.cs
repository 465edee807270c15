using System.IO.Compression;
using System.Text;
using Kube1.ApiServer.Audit;
using Kube1.ApiServer.Audit.Outputs;
using Kube1.Testing;
using Kube1.Tests.ApiServer;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Audit;

/// <summary>The log file: its mode, its formats, how it is set aside and truncated.</summary>
public sealed class AuditLogFileTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";

    private ManualTime _time = null!;
    private DirectoryInfo _directory = null!;

    private string LogPath => Path.Combine(_directory.FullName, "logs", "audit.log");

    [SetUp]
    public void SetUp() => (_directory, _time) = (Directory.CreateTempSubdirectory("kube1-audit-"), new ManualTime());

    [TearDown]
    public void TearDown() => _directory.Delete(recursive: true);

    [Test]
    public async Task File_Made_IsItsOwnersAlone()
    {
        await using (var file = Open(new AuditLogOptions { Path = LogPath }))
        {
            file.Write("a\n"u8);
        }

        await using (var file = Open(new AuditLogOptions { Path = LogPath }))
        {
            file.Write("b\n"u8);
        }

        Assert.That(await File.ReadAllTextAsync(LogPath), Is.EqualTo("a\nb\n"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(LogPath), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.That(
                File.GetUnixFileMode(Path.GetDirectoryName(LogPath)!),
                Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        }
    }

    [Test]
    public async Task File_Full_IsSetAsideUnderTheTime()
    {
        await using (var file = Open(new AuditLogOptions { Path = LogPath, MaxSizeMegabytes = 1 }))
        {
            Fill(file, 'a');
            Fill(file, 'b');
            Fill(file, 'c');
        }

        Assert.That(Names(), Is.EqualTo(
            ["audit-2026-01-01T00-00-00.000.log", "audit-2026-01-01T00-00-00.001.log", "audit.log"]));
        Assert.That(Names().Select(n => (char)File.ReadAllBytes(Path.Combine(LogPath, "..", n))[0]), Is.EqualTo("abc"));
    }

    [Test]
    public async Task Files_SetAside_AreCompressedAndRemovedByNumber()
    {
        var others = Directory.CreateDirectory(Path.GetDirectoryName(LogPath)!);
        await File.WriteAllTextAsync(Path.Combine(others.FullName, "audit-of-somebody-else.log"), "");
        await using (var file = Open(new AuditLogOptions { Path = LogPath, MaxSizeMegabytes = 1, MaxBackups = 2, Compress = true }))
        {
            foreach (var letter in "abcd")
            {
                Fill(file, letter);
                _time.Advance(TimeSpan.FromHours(1));
            }
        }

        Assert.That(Names(), Is.EqualTo(
            ["audit-2026-01-01T02-00-00.000.log.gz", "audit-2026-01-01T03-00-00.000.log.gz", "audit-of-somebody-else.log", "audit.log"]));
        await using var packed = new GZipStream(File.OpenRead(Path.Combine(others.FullName, Names()[1])), CompressionMode.Decompress);
        Assert.That(packed.ReadByte(), Is.EqualTo('c'));
    }

    [Test]
    public async Task Files_TooOld_AreRemoved()
    {
        await using (var file = Open(new AuditLogOptions { Path = LogPath, MaxSizeMegabytes = 1, MaxAgeDays = 1 }))
        {
            foreach (var letter in "abcd")
            {
                Fill(file, letter);
                _time.Advance(TimeSpan.FromDays(1));
            }
        }

        Assert.That(Names(), Is.EqualTo(
            ["audit-2026-01-03T00-00-00.000.log", "audit-2026-01-04T00-00-00.000.log", "audit.log"]));
    }

    [Test]
    public async Task File_WithoutRotation_GrowsOn()
    {
        await using (var file = Open(new AuditLogOptions { Path = LogPath, MaxSizeMegabytes = 0 }))
        {
            Fill(file, 'a');
            Fill(file, 'b');
        }

        Assert.That(Names(), Is.EqualTo(["audit.log"]));
    }

    [Test]
    public async Task File_EmptiedByOthers_GoesOnAtItsEnd()
    {
        await using var file = Open(new AuditLogOptions { Path = LogPath });
        file.Write("a\n"u8);
        await using (var other = File.Open(LogPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            other.SetLength(0);
        }

        file.Write("b\n"u8);

        Assert.That(await ReadSharedAsync(), Is.EqualTo("b\n"));
    }

    [Test]
    public async Task Line_LargerThanAFile_IsRefused()
    {
        await using var file = Open(new AuditLogOptions { Path = LogPath, MaxSizeMegabytes = 1 });

        Assert.That(
            () => file.Write(new byte[1024 * 1024 + 1]),
            Throws.TypeOf<IOException>().With.Message.EqualTo("write length 1048577 exceeds maximum file size 1048576"));
    }

    [Test]
    public async Task Format_Legacy_IsALineOfText()
    {
        await using var cluster = await AuditedCluster.StartAsync(
            "rules: [{level: RequestResponse, users: [jane]}]", o => o with { Log = o.Log with { Format = "legacy" } });
        cluster.Time.Advance(TimeSpan.FromMilliseconds(1500));
        await Auth.RawRequest.SendAsync(
            cluster.Secure.Cluster, "GET", ConfigMaps, "", cluster.Secure.CertificateOf("jane", "dev"),
            "Audit-ID: i1", "User-Agent: some \"agent\"", "X-Real-Ip: 192.0.2.9");
        await cluster.StopAsync();

        Assert.That(await File.ReadAllLinesAsync(cluster.LogPath), Is.EqualTo(new[] { ("RequestReceived", "<deferred>"), ("ResponseComplete", "403") }
            .Select(e => $"2026-01-01T00:00:01.5Z AUDIT: id=\"i1\" stage=\"{e.Item1}\" ip=\"192.0.2.9\" method=\"list\" user=\"jane\" "
                + "groups=\"\\\"dev\\\",\\\"system:authenticated\\\"\" as=\"<self>\" asgroups=\"<lookup>\" user-agent=\"some \\\"agent\\\"\" "
                + $"namespace=\"default\" uri=\"/{ConfigMaps}\" response=\"{e.Item2}\"")));
    }

    [Test]
    public async Task Event_TooLarge_LosesItsObjects()
    {
        await using var cluster = await AuditedCluster.StartAsync(
            AuditedCluster.Everything,
            o => o with { Log = o.Log with { Delivery = o.Log.Delivery with { TruncateEnabled = true, TruncateMaxEventBytes = 4096 } } });
        await cluster.Secure.CreateAsync(ConfigMaps, ApiTestClient.ConfigMap("small"));
        await cluster.Secure.CreateAsync(ConfigMaps, ApiTestClient.ConfigMap("large", new string('x', 5000)));
        await cluster.Admin.SendAsync("GET", ConfigMaps + "/none?" + new string('x', 4000));

        var done = (await cluster.StopAsync(ConfigMaps)).Where(e => e.Text("stage") == "ResponseComplete").ToList();

        Assert.That(done.Select(e => e.Text("objectRef.name")), Is.EqualTo(["small", "large"]), "what is still too large is dropped");
        Assert.That(done.Select(e => (string?)e["annotations"]!["audit.k8s.io/truncated"]), Is.EqualTo(new[] { null, "true" }));
        Assert.That(done.Select(e => e["requestObject"] is null), Is.EqualTo([false, true]));
        Assert.That(done[1]["responseObject"], Is.Null);
    }

    [TestCase("batch", 200)]
    [TestCase("blocking", 200)]
    [TestCase("blocking-strict", 500)]
    public async Task Log_ThatCannotBeWritten_RefusesRequestsOnlyWhenStrict(string mode, int expected)
    {
        await using var cluster = await AuditedCluster.StartAsync(
            "rules: [{level: None, nonResourceURLs: [/metrics]}, {level: Metadata}]",
            o => o with { Log = o.Log with { MaxSizeMegabytes = 1, Delivery = o.Log.Delivery with { Mode = mode } } });
        // Nobody can append to a directory, root neither.
        File.Delete(cluster.LogPath);
        Directory.CreateDirectory(cluster.LogPath);

        var (code, answer) = await cluster.Admin.SendAsync("GET", ConfigMaps + "?a=<b>");

        Assert.That(code, Is.EqualTo(expected));
        if (expected == 500)
        {
            Assert.That(answer.Text("text"), Is.EqualTo(
                "Internal Server Error: \"/api/v1/namespaces/default/configmaps?a=%3Cb%3E\": failed to store audit event\n"));
        }

        var (_, metrics) = await cluster.Secure.Cluster.HttpFor(TestCluster.Administrator).SendAsync("GET", "metrics");
        Assert.That(metrics.Text("text"), Does.Contain("apiserver_audit_level_total{level=\"Metadata\"}"));
        Assert.That(metrics.Text("text"), Does.Contain("apiserver_audit_event_total "));
        if (expected == 500)
        {
            Assert.That(metrics.Text("text"), Does.Contain("apiserver_audit_requests_rejected_total "));
        }

        if (mode != "batch")
        {
            Assert.That(metrics.Text("text"), Does.Contain("apiserver_audit_error_total{plugin=\"log\"}"));
        }
    }

    private IAuditFile Open(AuditLogOptions options) => AuditOutputs.FileOf(options, _time, NullLogger.Instance);

    private static void Fill(IAuditFile file, char letter) => file.Write(Encoding.ASCII.GetBytes(new string(letter, 900_000) + "\n"));

    private string[] Names() =>
        [.. new DirectoryInfo(Path.GetDirectoryName(LogPath)!).GetFiles().Select(f => f.Name).Order(StringComparer.Ordinal)];

    private async Task<string> ReadSharedAsync()
    {
        using var reader = new StreamReader(File.Open(LogPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return await reader.ReadToEndAsync();
    }
}
