using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Cel;
using Kube1.Cel.Libraries;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Benchmarks.Cel;

/// <summary>What rules cost that are like those of real policies: to compile, to evaluate, in time and in memory.</summary>
internal static class ExpressionBenchmark
{
    private const int Warmup = 20_000, Rounds = 100_000, Compilations = 2_000;

    private static readonly (string Name, string Expression)[] Rules =
    [
        ("field", "object.spec.replicas <= 5"),
        ("labels", "has(object.metadata.labels) && object.metadata.labels.app == 'web' && 'team' in object.metadata.labels"),
        ("containers", "object.spec.template.spec.containers.all(c, !c.image.endsWith(':latest') && has(c.resources.limits))"),
        ("pattern", "object.spec.template.spec.containers.all(c, c.image.matches('^registry[.]example[.]com/[a-z/]+:[0-9.]+$'))"),
        ("strings", "'name is ' + object.metadata.name + ' in ' + object.metadata.namespace"),
    ];

    public static async Task RunAsync(TextWriter output, CancellationToken ct)
    {
        await output.WriteLineAsync("Expressions: compile µs | evaluate µs | bytes an evaluation | cost units");
        var environment = CelEnvironment.Standard.With(LanguageLibraries.OptionalTypes)
            .WithVariable("object", CelType.Dyn);
        var variables = new CelVariables { ["object"] = JsonViews.Of(Deployment()) };
        foreach (var (name, expression) in Rules)
        {
            ct.ThrowIfCancellationRequested();
            await output.WriteLineAsync(Measure(environment, variables, name, expression));
        }
    }

    private static string Measure(CelEnvironment environment, CelVariables variables, string name, string expression)
    {
        var program = environment.Compile(expression).Program!;
        for (var i = 0; i < Warmup; i++)
        {
            program.Evaluate(variables);
        }

        var result = program.Evaluate(variables);
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Rounds; i++)
        {
            program.Evaluate(variables);
        }

        var evaluate = Stopwatch.GetElapsedTime(start).TotalMicroseconds / Rounds;
        bytes = (GC.GetAllocatedBytesForCurrentThread() - bytes) / Rounds;
        start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Compilations; i++)
        {
            environment.Compile(expression);
        }

        var compile = Stopwatch.GetElapsedTime(start).TotalMicroseconds / Compilations;
        return string.Create(
            CultureInfo.InvariantCulture, $"  {name,-12} {compile,7:0.0} | {evaluate,6:0.00} | {bytes,5} | {result.Cost,3}");
    }

    private static JsonObject Deployment()
    {
        var containers = new JsonArray();
        for (var i = 0; i < 3; i++)
        {
            containers.Add((JsonNode)new JsonObject
            {
                ["name"] = $"c{i}",
                ["image"] = $"registry.example.com/team/app:1.{i}.0",
                ["resources"] = new JsonObject { ["limits"] = new JsonObject { ["cpu"] = "1" } },
            });
        }

        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = "web",
                ["namespace"] = "shop",
                ["labels"] = new JsonObject { ["app"] = "web", ["team"] = "a" },
            },
            ["spec"] = new JsonObject
            {
                ["replicas"] = 3,
                ["template"] = new JsonObject { ["spec"] = new JsonObject { ["containers"] = containers } },
            },
        };
    }
}
