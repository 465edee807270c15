using System.Text.Json.Nodes;
using Kube1.ApiServer;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Audit;
using Kube1.Testing;
using Kube1.Tests.ApiServer;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Audit;

/// <summary>A server behind its HTTPS port that logs by a policy into a file; the log is read once the server has stopped.</summary>
internal sealed class AuditedCluster : IAsyncDisposable
{
    /// <summary>Every request, with all that can be logged.</summary>
    public const string Everything = "rules: [{level: RequestResponse}]";

    private readonly DirectoryInfo _directory;
    private bool _isStopped;

    private AuditedCluster(SecureCluster cluster, DirectoryInfo directory)
    {
        Secure = cluster;
        _directory = directory;
    }

    public SecureCluster Secure { get; }

    public HttpClient Admin => Secure.Admin;

    public ManualTime Time => Secure.Time;

    public string LogPath => Path.Combine(_directory.FullName, "audit.log");

    /// <summary>Starts a server with these fields of a policy; the audit log may have a clock of its own.</summary>
    public static async Task<AuditedCluster> StartAsync(
        string policy, Func<AuditOptions, AuditOptions>? change = null,
        Func<ApiServerOptions, ApiServerOptions>? configure = null, IAdmissionPlugin? lastPlugin = null,
        TimeProvider? auditTime = null)
    {
        var directory = Directory.CreateTempSubdirectory("kube1-audit-");
        var file = Path.Combine(directory.FullName, "policy.yaml");
        await File.WriteAllTextAsync(file, "apiVersion: audit.k8s.io/v1\nkind: Policy\n" + policy);
        var options = new AuditOptions
        {
            PolicyFile = file,
            Log = new AuditLogOptions { Path = Path.Combine(directory.FullName, "audit.log") },
        };
        options = change?.Invoke(options) ?? options;
        var cluster = await SecureCluster.StartAsync(
            configure, lastPlugin: lastPlugin, audit: time => Auditor.Open(options, auditTime ?? time, NullLoggerFactory.Instance));
        return new AuditedCluster(cluster, directory);
    }

    /// <summary>Stops the server and reads the events of the requests whose path has this part.</summary>
    public async Task<List<JsonObject>> StopAsync(string part)
    {
        await StopAsync();
        return [.. (await File.ReadAllLinesAsync(LogPath)).Select(line => JsonNode.Parse(line)!.AsObject())
            .Where(e => e.Text("requestURI").Contains(part, StringComparison.Ordinal))];
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (Directory.Exists(_directory.FullName))
        {
            _directory.Delete(recursive: true);
        }
    }

    /// <summary>Stops the server, which writes what waits.</summary>
    public async Task StopAsync()
    {
        if (!_isStopped)
        {
            _isStopped = true;
            await Secure.DisposeAsync();
        }
    }
}
