using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Registry;
using Kube1.Storage;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Admission.Policies.TypeChecking;

/// <summary>
/// Writes into the status of each ValidatingAdmissionPolicy what its expressions are warned of, once a generation. It is a
/// part of the API server, which knows the schemas, and acts as upstream's controller of that name, through the API
/// (k8s.io/kubernetes/pkg/controller/validatingadmissionpolicystatus).
/// </summary>
internal sealed partial class PolicyStatusController(
    StoreCollection policies, PolicyTypeChecker checker, HttpMessageHandler api, TimeProvider time, ILogger logger)
{
    private const string Name = "validatingadmissionpolicy-status-controller";
    private const string Path = "apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/";

    private readonly ILogger _logger = logger;

    /// <summary>As whom it acts.</summary>
    public static UserInfo User { get; } = new("system:serviceaccount:kube-system:" + Name)
    {
        Groups = ["system:serviceaccounts", "system:serviceaccounts:kube-system", UserInfo.AuthenticatedGroup],
    };

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient(api) { BaseAddress = new Uri("https://kubernetes.default.svc") };
        await new CollectionLoop(policies, time)
            .RunAsync((name, _, token) => TrySyncAsync(client, name, token), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> TrySyncAsync(HttpClient client, string name, CancellationToken cancellationToken)
    {
        try
        {
            await SyncAsync(client, name, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(e, name);
            return false;
        }
    }

    private async Task SyncAsync(HttpClient client, string name, CancellationToken cancellationToken)
    {
        if (policies.Snapshot.Get(name) is not { } entry)
        {
            return;
        }

        var policy = CanonicalJson.Parse(entry.Value.Span);
        var generation = policy.Integer("metadata.generation") ?? 0;
        if (generation <= (policy.Integer("status.observedGeneration") ?? 0))
        {
            return;
        }

        using var request = new HttpRequestMessage(HttpMethod.Patch, $"{Path}{name}/status?fieldManager={Name}&force=true");
        request.Content = new StringContent(
            Configuration(name, generation, checker.Check(policy, cancellationToken)).ToJsonString(), Encoding.UTF8);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/apply-patch+yaml");
        using var response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);

        // One that has been deleted meanwhile needs no status: an apply would make another one.
        if (response.StatusCode != System.Net.HttpStatusCode.NotFound)
        {
            response.EnsureSuccessStatusCode();
        }
    }

    private static JsonObject Configuration(string name, long generation, IReadOnlyList<ExpressionWarning> warnings)
    {
        var typeChecking = new JsonObject();
        if (warnings.Count > 0)
        {
            typeChecking["expressionWarnings"] = new JsonArray([.. warnings.Select(w => new JsonObject
            {
                ["fieldRef"] = w.FieldRef, ["warning"] = w.Warning,
            })]);
        }

        return new JsonObject
        {
            ["apiVersion"] = "admissionregistration.k8s.io/v1",
            ["kind"] = "ValidatingAdmissionPolicy",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["status"] = new JsonObject { ["observedGeneration"] = generation, ["typeChecking"] = typeChecking },
        };
    }
}
