namespace Kube1.ApiServer.Admission;

/// <summary>Runs the plug-ins in their order; the first refusal ends the request.</summary>
internal sealed class AdmissionChain(IReadOnlyList<IAdmissionPlugin> plugins, TimeProvider time) : IDisposable
{
    /// <summary>
    /// Lets the plug-ins change the object. When a webhook has changed it, all look at it once more
    /// (<see cref="Reinvocation"/>).
    /// </summary>
    public async ValueTask AdmitAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var rejected = true;
        try
        {
            await AdmitOnceAsync(request, cancellationToken).ConfigureAwait(false);
            if (request.Reinvocation.IsNeeded)
            {
                request.Reinvocation.BeginSecondRound();
                await AdmitOnceAsync(request, cancellationToken).ConfigureAwait(false);
            }

            rejected = false;
        }
        finally
        {
            AdmissionMetrics.ObserveStep(request, AdmissionMetrics.Admit, time.GetElapsedTime(start), rejected);
        }
    }

    /// <summary>Lets the plug-ins judge the object as it will be stored.</summary>
    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var rejected = true;
        try
        {
            foreach (var plugin in plugins)
            {
                if (plugin.Handles(request))
                {
                    await ValidateAsync(plugin, request, cancellationToken).ConfigureAwait(false);
                }
            }

            rejected = false;
        }
        finally
        {
            AdmissionMetrics.ObserveStep(request, AdmissionMetrics.Validate, time.GetElapsedTime(start), rejected);
        }
    }

    /// <summary>Closes what plug-ins hold open.</summary>
    public void Dispose()
    {
        foreach (var plugin in plugins.OfType<IDisposable>())
        {
            plugin.Dispose();
        }
    }

    private async ValueTask AdmitOnceAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        foreach (var plugin in plugins)
        {
            if (plugin.Handles(request))
            {
                await AdmitAsync(plugin, request, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask AdmitAsync(
        IAdmissionPlugin plugin, AdmissionRequest request, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var rejected = true;
        try
        {
            await plugin.AdmitAsync(request, cancellationToken).ConfigureAwait(false);
            rejected = false;
        }
        finally
        {
            AdmissionMetrics.ObserveController(
                plugin.Name, request, AdmissionMetrics.Admit, time.GetElapsedTime(start), rejected);
        }
    }

    private async ValueTask ValidateAsync(
        IAdmissionPlugin plugin, AdmissionRequest request, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var rejected = true;
        try
        {
            await plugin.ValidateAsync(request, cancellationToken).ConfigureAwait(false);
            rejected = false;
        }
        finally
        {
            AdmissionMetrics.ObserveController(
                plugin.Name, request, AdmissionMetrics.Validate, time.GetElapsedTime(start), rejected);
        }
    }
}
