using Kube1.ApiServer.Registry;
using Kube1.Client.Controllers;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Extensions.Aggregation;

/// <summary>
/// Keeps the condition Available of the APIServices that other servers serve. It looks when the APIService, its Service or
/// the endpoints change, and every half minute, as a network may break without telling.
/// </summary>
internal sealed partial class AvailabilityController(
    ApiServiceDirectory directory, AvailabilityCheck check, ServerStatusWriter status, TimeProvider time, ILogger logger)
{
    // Upstream's periods: a short one first, so that a server that has just come up is soon seen.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(5);

    private readonly FailureBackoff _backoff = new(FirstRetry, Period);
    private readonly ILogger _logger = logger;

    /// <summary>Looks at one.</summary>
    public async Task<SyncResult> SyncAsync(string name, CancellationToken cancellationToken)
    {
        var service = directory.Current.ByName.GetValueOrDefault(name);
        if (service?.Server is not { } server)
        {
            _backoff.Forget(name);
            AvailabilityMetrics.Observe(name, service?.IsAvailable ?? true);
            return SyncResult.Done;
        }

        var found = await check.RunAsync(service, server, cancellationToken).ConfigureAwait(false);
        AvailabilityMetrics.Observe(name, found.Status == "True");
        await WriteAsync(service, found, cancellationToken).ConfigureAwait(false);
        if (found.IsUnanswered)
        {
            return SyncResult.RequeueAfter(_backoff.Failed(name));
        }

        _backoff.Forget(name);
        return SyncResult.RequeueAfter(Period);
    }

    private async Task WriteAsync(ApiService service, Availability found, CancellationToken cancellationToken)
    {
        var (isLost, isChanged) = (false, false);
        await status.ChangeAsync(service.Name, obj =>
        {
            // What was looked at may not be what stands there by now; the change brings it here again.
            if (!Equals(ApiService.Of(obj).Server, service.Server))
            {
                return false;
            }

            var wasAvailable = obj.Condition(ApiService.Available) == "True";
            isChanged = StatusConditions.Set(
                obj, ApiService.Available, found.Status, found.Reason, found.Message, time.GetUtcNow());
            isLost = isChanged && wasAvailable && found.Status != "True";
            return isChanged;
        }, cancellationToken).ConfigureAwait(false);
        if (isChanged)
        {
            LogChanged(service.Name, found.Status, found.Reason, found.Message);
        }

        if (isLost)
        {
            AvailabilityMetrics.Lost(service.Name, found.Reason);
        }
    }
}
