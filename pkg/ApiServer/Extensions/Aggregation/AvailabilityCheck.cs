using Kube1.Api.Models;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Extensions.Webhooks;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Extensions.Aggregation;

/// <summary>What the condition Available is to say.</summary>
/// <param name="Status">"True" or "False"</param>
/// <param name="Reason">"Passed", "ServiceNotFound", …</param>
/// <param name="Message">The same for people.</param>
/// <param name="IsUnanswered">Whether only trying again can tell that it has become better.</param>
internal sealed record Availability(string Status, string Reason, string Message, bool IsUnanswered = false)
{
    /// <summary>Requests are passed on.</summary>
    public static Availability Passed { get; } = new("True", "Passed", "all checks passed");

    /// <summary>Requests are refused.</summary>
    public static Availability Not(string reason, string message) => new("False", reason, message);
}

/// <summary>
/// Whether an aggregated API server can be reached: its Service is there and has a ready endpoint, and the server tells
/// of its group version (k8s.io/kube-aggregator/pkg/controllers/status/remote, whose texts these are).
/// </summary>
internal sealed class AvailabilityCheck(Func<IObjectReader> objects, RemoteFetch fetch)
{
    private const string ServiceNameLabel = "kubernetes.io/service-name";

    /// <summary>So often is a server asked until it answers once: one of its endpoints may be unwell.</summary>
    private const int Attempts = 5;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    // May see everything, so that an answer does not depend on whom the server lets in.
    private static readonly UserInfo Aggregator = new("system:kube-aggregator") { Groups = [UserInfo.MastersGroup] };

    /// <summary>Checks an APIService that another server serves.</summary>
    public async Task<Availability> RunAsync(ApiService service, RemoteServer server, CancellationToken cancellationToken)
    {
        if (FindFault(server.Service) is { } fault)
        {
            return fault;
        }

        var first = await ProbeAsync(service, server, cancellationToken).ConfigureAwait(false);
        if (first is null)
        {
            return Availability.Passed;
        }

        var more = await Task.WhenAll(Enumerable.Range(1, Attempts - 1)
            .Select(_ => ProbeAsync(service, server, cancellationToken))).ConfigureAwait(false);
        return more.Contains(null)
            ? Availability.Passed
            : new Availability("False", "FailedDiscoveryCheck", more[^1]!, IsUnanswered: true);
    }

    private Availability? FindFault(WebhookService target)
    {
        var reader = objects();
        if (reader.Get<V1Service>(target.Namespace, target.Name) is not { } service)
        {
            return Availability.Not(
                "ServiceNotFound", $"service/{target.Name} in \"{target.Namespace}\" is not present");
        }

        if (service.Spec?.Type != "ClusterIP")
        {
            return null;
        }

        if (service.Spec.Ports?.FirstOrDefault(p => p.Port == target.Port) is not { } port)
        {
            return Availability.Not(
                "ServicePortError",
                $"service/{target.Name} in \"{target.Namespace}\" is not listening on port {target.Port}");
        }

        var slices = reader.List<V1EndpointSlice>(target.Namespace)
            .Where(s => s.Metadata.Labels?.GetValueOrDefault(ServiceNameLabel) == target.Name).ToList();
        if (slices.Count == 0)
        {
            return Availability.Not(
                "EndpointsNotFound",
                $"cannot find endpointslices for service/{target.Name} in \"{target.Namespace}\"");
        }

        var portName = port.Name ?? "";
        return slices.Exists(s => HasReadyEndpoint(s, portName))
            ? null
            : Availability.Not(
                "MissingEndpoints",
                $"endpointslices for service/{target.Name} in \"{target.Namespace}\" have no addresses with port name "
                + $"\"{portName}\"");
    }

    private static bool HasReadyEndpoint(V1EndpointSlice slice, string portName) =>
        slice.Endpoints?.Any(e => e.Conditions?.Ready != false) == true
        && slice.Ports?.Any(p => (p.Name ?? "") == portName && p.Port is not null) == true;

    // What is wrong; null when the server answers. Redirects are no answer, and the body is the discovery's affair.
    private async Task<string?> ProbeAsync(ApiService service, RemoteServer server, CancellationToken cancellationToken)
    {
        var path = service.Group.Length == 0 ? "/api/" + service.Version : service.Path;
        var url = server.Address + path;
        try
        {
            var answer = await fetch.GetAsync(
                server, new RemoteQuestion(path, Aggregator, "", "", 0, Timeout), cancellationToken).ConfigureAwait(false);
            return answer.Code is >= 200 and < 300
                ? null
                : $"failing or missing response from {url}: bad status from {url}: {answer.Code}";
        }
        catch (RemoteException e)
        {
            return $"failing or missing response from {url}: {e.Message}";
        }
    }
}
