import java.io.IOException;
import java.util.Iterator;
import java.util.StringTokenizer;
import org.apache.hadoop.conf.Configured;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.IntWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.Mapper;
import org.apache.hadoop.mapreduce.Reducer;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.apache.hadoop.util.Tool;
import org.apache.hadoop.util.ToolRunner;

/** Counts the words of text files: WordCount INPUT OUTPUT. Written without type parameters, for a compiler that has none. */
public class WordCount extends Configured implements Tool {
    public static class Words extends Mapper {
        protected void map(Object key, Object line, Mapper.Context context) throws IOException, InterruptedException {
            StringTokenizer words = new StringTokenizer(line.toString());
            while (words.hasMoreTokens()) {
                context.write(new Text(words.nextToken()), new IntWritable(1));
            }
        }
    }

    public static class Sum extends Reducer {
        protected void reduce(Object word, Iterable counts, Reducer.Context context)
                throws IOException, InterruptedException {
            int sum = 0;
            for (Iterator each = counts.iterator(); each.hasNext(); ) {
                sum += ((IntWritable) each.next()).get();
            }
            context.write(word, new IntWritable(sum));
        }
    }

    public int run(String[] arguments) throws Exception {
        Job job = Job.getInstance(getConf(), "word count");
        job.setJarByClass(WordCount.class);
        job.setMapperClass(Words.class);
        job.setReducerClass(Sum.class);
        job.setOutputKeyClass(Text.class);
        job.setOutputValueClass(IntWritable.class);
        FileInputFormat.addInputPath(job, new Path(arguments[0]));
        FileOutputFormat.setOutputPath(job, new Path(arguments[1]));
        return job.waitForCompletion(true) ? 0 : 1;
    }

    public static void main(String[] arguments) throws Exception {
        System.exit(ToolRunner.run(new WordCount(), arguments));
    }
}
