using Kube1.Cel;
using Kube1.Cel.Libraries.Kubernetes;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Tests.Cel;

/// <summary>
/// Values that hold one another many times over, which costs an expression next to nothing to make: what walks them must
/// stop.
/// </summary>
public sealed class SharedValueTests
{
    private const ulong CostLimit = 1_000_000;

    // A list of 10^12 zeros, in twelve levels.
    private static readonly string Shared =
        "[dyn(0)]" + string.Concat(Enumerable.Repeat(".map(a, dyn([a,a,a,a,a,a,a,a,a,a]))", 12)) + "[0]";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    [TestCase("S == S")]
    [TestCase("[S].all(v, [S].all(w, v == w))")]
    [TestCase("S != S")]
    [TestCase("{'a': S} == {'a': S}")]
    [TestCase("S in [S]")]
    [TestCase("[S].indexOf(S) == 0")]
    [TestCase("sets.contains([S], [S])")]
    [TestCase("[S, S].distinct().size() == 1")]
    [TestCase("'%s'.format([S]) == ''")]
    [TestCase("[S].flatten(12).size() == 0")]
    [TestCase("[?S] == []")]
    [TestCase("{?'a': S} == {}")]
    [TestCase("dyn({})[S] == 1")]
    [TestCase("optional.of(S) == optional.of(S)")]
    public async Task Expression_OverSharedValues_EndsInTime(string expression)
    {
        var compiled = KubernetesEnvironment.Base.Compile(expression.Replace("S", Shared, StringComparison.Ordinal));
        Assert.That(compiled.Text, Is.Empty);

        var result = await Task.Run(() => compiled.Program!.Evaluate(new Nothing(), CostLimit)).WaitAsync(Patience);

        Assert.That(result.Succeeded, Is.False, result.Value.ToString());
        Assert.That(result.Error, Has.Length.LessThan(20_000));
    }

    [TestCase("x == y")]
    [TestCase("'%s'.format([x]) == ''")]
    [TestCase("[x].flatten(1000000).size() == 0")]
    public void Expression_OverDeepValues_IsNoEndOfTheProcess(string expression)
    {
        var environment = KubernetesEnvironment.Base.WithVariable("x", CelType.Dyn).WithVariable("y", CelType.Dyn);

        var result = environment.Compile(expression).Program!.Evaluate(new Deep(200_000), CostLimit);

        Assert.That(result.Succeeded, Is.False);
    }

    private sealed class Nothing : CelActivation
    {
        public override bool TryResolve(string name, out CelValue value)
        {
            value = default;
            return false;
        }
    }

    /// <summary>Variables that are lists of one list of one list, and so on.</summary>
    private sealed class Deep(int depth) : CelActivation
    {
        public override bool TryResolve(string name, out CelValue value)
        {
            value = CelValue.Of(1L);
            for (var i = 0; i < depth; i++)
            {
                value = CelValue.Of(new CelArray([value]));
            }

            return true;
        }
    }
}
